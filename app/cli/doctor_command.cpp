// doctor: what this machine has, where things lie, whether the model opens, and the one thing to do where
// something is amiss.
#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "app/doctor/doctor_report.h"

namespace zipage {

namespace {

using ui::CheckItem;

struct DoctorOptions {
  ModelOptions model;
  bool json = false;
};

QString describe(ModelSession& session, const std::string& device) {
  const ModelBundle& model = session.model();
  return QStringLiteral(
             "%1 in %2 opens on %3, %4, for --device %5; chat template: %6; a pool of %7 pages of %8 tokens")
      .arg(QString::fromStdString(describeModel(model)), QString::fromStdString(model.path.string()),
           QString::fromStdString(session.deviceInfo().name),
           QString::fromStdString(session.deviceInfo().description), QString::fromStdString(device),
           model.chatTemplate.empty() ? QStringLiteral("none, ChatML instead") : QStringLiteral("its own"))
      .arg(session.limits().numPages)
      .arg(session.limits().pageTokens);
}

/// Opens the model as `run` would.
CheckItem modelItem(const ModelOptions& options) {
  CheckItem item{CheckItem::Rank::Fine, QStringLiteral("Model"), {}, {}};
  const auto chosen = sessionOptionsFrom(options, 1);
  const auto session = chosen ? ModelSession::open(*chosen) : tl::unexpected(chosen.error());
  if (session) {
    item.text = describe(**session, options.device);
    return item;
  }
  item.rank = CheckItem::Rank::Problem;
  item.text = QStringLiteral("does not open: ") + QString::fromStdString(session.error().message);
  item.remedy = QStringLiteral("Choose another --model or --device, or a smaller --pool-tokens.");
  return item;
}

int examine(const DoctorOptions& options) {
  MachineQuestions questions{.paths = appPaths()};
  questions.modelFolders = modelFoldersInSettings(questions.paths);
  QVector<CheckItem> report = doctorReport(examineMachine(questions));
  report.append(modelItem(options.model));
  const QByteArray text = options.json ? jsonText(report) : plainText(report).toUtf8();
  std::fwrite(text.data(), 1, static_cast<std::size_t>(text.size()), stdout);
  return numProblems(report) == 0 ? kSucceeded : kFailed;
}

}  // namespace

void addDoctorCommand(CLI::App& program, Action& action) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = program.add_subcommand("doctor", "Say what this machine has and what is missing");
  addModelOptions(*command, options->model);
  command->add_flag("--json", options->json, "One JSON array: rank, topic, text and remedy of each finding");
  command->callback([options, &action] { action = [options] { return examine(*options); }; });
}

}  // namespace zipage
