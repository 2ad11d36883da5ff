#include "app/gui/machine_check.h"

#include "app/doctor/doctor_report.h"

namespace zipage {

MachineCheck::MachineCheck(QObject* parent) : QObject(parent), m_worker(new QObject) {
  m_thread.setObjectName(QStringLiteral("machine check"));
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  m_thread.start();
}

MachineCheck::~MachineCheck() {
  ++*m_ticket;
  m_thread.quit();
  m_thread.wait();
}

void MachineCheck::start(MachineQuestions questions) {
  questions.isWanted = [latest = m_ticket, ticket = ++*m_ticket] { return latest->load() == ticket; };
  QMetaObject::invokeMethod(m_worker, [this, questions = std::move(questions)] {
    if (!questions.isWanted()) return;
    const QVector<ui::CheckItem> report = doctorReport(examineMachine(questions));
    if (questions.isWanted()) Q_EMIT finished(report, verdictOn(report), plainText(report));
  });
}

}  // namespace zipage
