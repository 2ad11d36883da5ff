#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include "ui/models/load_form.h"
#include "ui/models/memory_bar.h"
#include "ui/models/model_list_model.h"
#include "ui/models/model_picker.h"

using namespace zipage::ui;

namespace {

const QString kQwen = QStringLiteral("/models/qwen3.gguf");

QVector<ModelEntry> entries() {
  using Origin = ModelEntry::Origin;
  return {{Origin::Found,
           QStringLiteral("/models/llama.gguf"),
           QStringLiteral("Llama"),
           QStringLiteral("llama · Q8_0"),
           {}},
          {Origin::Embedded, {}, QStringLiteral("Zipage Demo"), QStringLiteral("qwen3 · BF16"), {}},
          {Origin::Found,
           QStringLiteral("/models/broken.gguf"),
           QStringLiteral("Broken"),
           {},
           QStringLiteral("no tensors")},
          {Origin::Recent, kQwen, QStringLiteral("Qwen3"), QStringLiteral("qwen3 · Q4_K"), {}}};
}

LoadEstimate estimate(qint64 weights, qint64 kv, qint64 available) {
  LoadEstimate made;
  made.weightBytes = weights;
  made.kvBytes = kv;
  made.workspaceBytes = 10;
  made.availableBytes = available;
  made.memoryName = QStringLiteral("memory of this computer");
  return made;
}

ModelInfo info(ModelInfo::State state, const QString& path, int progress = -1) {
  ModelInfo model;
  model.state = state;
  model.path = path;
  model.name = QStringLiteral("some");
  model.progress = progress;
  return model;
}

}  // namespace

class TestModelPicker : public QObject {
  Q_OBJECT

 private:
  static QPushButton* button(const ModelPicker& picker, const QString& text) {
    for (QPushButton* candidate : picker.findChildren<QPushButton*>()) {
      if (candidate->text() == text) return candidate;
    }
    return nullptr;
  }

 private Q_SLOTS:
  void initTestCase() { qRegisterMetaType<LoadChoice>(); }

  void theListKeepsTheRulesOfItemModels() {
    ModelListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setEntries(entries());
    model.setFilter(QStringLiteral("q"));
    model.setFilter({});
    model.setEntries({});
  }

  void modelsStandByKindTheEmbeddedOneFirst() {
    ModelListModel model;
    model.setEntries(entries());
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(model.entry(0).path, QString());
    QCOMPARE(model.entry(1).path, kQwen);
    QCOMPARE(model.entry(2).name, QStringLiteral("Llama"));
    QVERIFY(!model.index(2).data(ModelListModel::SectionRole).toString().isEmpty());
    QVERIFY(model.index(3).data(ModelListModel::SectionRole).toString().isEmpty());
  }

  void everyWordOfTheSearchMustBeThere() {
    ModelListModel model;
    model.setEntries(entries());
    model.setFilter(QStringLiteral("models QWEN"));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.entry(0).path, kQwen);
    QCOMPARE(model.rowOf(QStringLiteral("/models/llama.gguf")), -1);
  }

  void choosingAsksWhatTheModelWillTake() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    QSignalSpy asked(&picker, &ModelPicker::estimateRequested);
    picker.choose(kQwen);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toString(), kQwen);
    picker.findChild<QSpinBox*>()->setValue(65536);
    QCOMPARE(asked.count(), 2);
    QCOMPARE(asked[1][1].value<LoadChoice>().poolTokens, 65536);
  }

  void whatDoesNotFitIsSaidPlainly() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    picker.choose(kQwen);
    const auto says = [&](const QString& words) {
      for (const QLabel* label : picker.findChildren<QLabel*>()) {
        if (label->text().contains(words)) return label->property("tone").toString();
      }
      return QString();
    };
    picker.setEstimate(kQwen, {}, estimate(1000, 500, 4000));
    QCOMPARE(says(QStringLiteral("It fits")), QStringLiteral("muted"));
    picker.setEstimate(kQwen, {}, estimate(1000, 9000, 4000));
    QCOMPARE(says(QStringLiteral("smaller pool")), QStringLiteral("danger"));
    picker.setEstimate(kQwen, {}, estimate(9000, 500, 4000));
    QCOMPARE(says(QStringLiteral("weights alone")), QStringLiteral("danger"));
    QVERIFY(button(picker, QStringLiteral("Load"))->isEnabled());  // a warning, no ban
  }

  void anEstimateThatComesLateIsNotShown() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    picker.choose(kQwen);
    LoadChoice other;
    other.poolTokens = 1;
    picker.setEstimate(kQwen, other, estimate(1, 1, 0));
    picker.setEstimate({}, {}, estimate(1, 1, 0));
    QCOMPARE(picker.findChild<MemoryBar*>()->accessibleDescription(), barTextOf({}));
  }

  void aModelIsLoadedAsItWasLoadedLast() {
    ModelPicker picker;
    LoadOffer offer;
    offer.kvTypes = QStringList{QStringLiteral("f32"), QStringLiteral("f16")};
    picker.setOffer(offer);
    const LoadChoice last{QStringLiteral("cpu"), QStringLiteral("f16"), 2048};
    picker.setChoices({{kQwen, last}});
    picker.setModels(entries(), false);
    QSignalSpy loads(&picker, &ModelPicker::loadRequested);
    picker.choose(kQwen);
    button(picker, QStringLiteral("Load"))->click();
    QCOMPARE(loads.count(), 1);
    QCOMPARE(loads[0][0].toString(), kQwen);
    QCOMPARE(loads[0][1].value<LoadChoice>(), last);
  }

  void whatCannotBeOpenedCannotBeLoaded() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    picker.choose(QStringLiteral("/models/broken.gguf"));
    QVERIFY(!button(picker, QStringLiteral("Load"))->isEnabled());
  }

  void loadingShowsItsProgressAndCanBeCancelled() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    picker.show();
    QSignalSpy cancelled(&picker, &ModelPicker::cancelRequested);
    picker.setModel(info(ModelInfo::State::Loading, kQwen, 40));
    auto* progress = picker.findChild<QProgressBar*>();
    QVERIFY(progress->isVisible());
    QCOMPARE(progress->value(), 40);
    button(picker, QStringLiteral("Cancel loading"))->click();
    QCOMPARE(cancelled.count(), 1);
    QVERIFY(picker.isVisible());
  }

  void thePickerClosesWhenItsModelIsReady() {
    ModelPicker picker;
    picker.setModels(entries(), false);
    picker.show();
    picker.setModel(info(ModelInfo::State::Ready, {}));
    QVERIFY(picker.isVisible());
    picker.setModel(info(ModelInfo::State::Loading, kQwen));
    picker.setModel(info(ModelInfo::State::Ready, kQwen));
    QVERIFY(!picker.isVisible());
  }

  void aSearchKeepsWhatWasChosen() {
    ModelPicker picker;
    picker.setModels(entries(), true);
    picker.choose(kQwen);
    picker.setModels(
        entries() +
            QVector<ModelEntry>{
                {ModelEntry::Origin::Found, QStringLiteral("/m/new.gguf"), QStringLiteral("New"), {}, {}}},
        false);
    QCOMPARE(picker.chosenPath(), kQwen);
  }

 private:
  static QString barTextOf(const LoadEstimate& estimate) {
    MemoryBar bar;
    bar.setEstimate(estimate);
    return bar.accessibleDescription();
  }
};

QTEST_MAIN(TestModelPicker)
#include "tst_model_picker.moc"
