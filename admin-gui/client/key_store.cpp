#include "client/key_store.h"

#include <QCoreApplication>
#include <qt6keychain/keychain.h>

namespace matinee::gui {

namespace {

QString service()
{
    return QStringLiteral("matinee-admin");
}

QString sentenceFor(const QKeychain::Job &job)
{
    switch (job.error()) {
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return QCoreApplication::translate("KeyStore", "There is no keychain on this desktop, so the key is asked for each time.");
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return QCoreApplication::translate("KeyStore", "The keychain was not opened, so the key is asked for each time.");
    default:
        return QCoreApplication::translate("KeyStore", "The keychain could not be used (%1), so the key is asked for each time.")
            .arg(job.errorString());
    }
}

} // namespace

void KeychainKeyStore::load(const QString &server, QObject *context, Done done)
{
    auto *job = new QKeychain::ReadPasswordJob(service());
    job->setKey(server);
    QObject::connect(job, &QKeychain::Job::finished, context, [job, done = std::move(done)] {
        if (job->error() == QKeychain::NoError)
            done({true, job->textData(), {}});
        else if (job->error() == QKeychain::EntryNotFound)
            done({true, {}, {}});
        else
            done({false, {}, sentenceFor(*job)});
    });
    job->start();
}

void KeychainKeyStore::save(const QString &server, const QString &key, QObject *context, Done done)
{
    auto *job = new QKeychain::WritePasswordJob(service());
    job->setKey(server);
    job->setTextData(key);
    QObject::connect(job, &QKeychain::Job::finished, context, [job, done = std::move(done)] {
        if (job->error() == QKeychain::NoError)
            done({true, {}, {}});
        else
            done({false, {}, sentenceFor(*job)});
    });
    job->start();
}

void KeychainKeyStore::forget(const QString &server)
{
    auto *job = new QKeychain::DeletePasswordJob(service());
    job->setKey(server);
    job->start();
}

} // namespace matinee::gui
