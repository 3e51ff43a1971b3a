#include "app/web_bundle.h"

#include <QDirIterator>
#include <QResource>

static void initialiseWebClient() { Q_INIT_RESOURCE(web_client); } // outside any namespace: the macro declares a function

namespace matinee::app {

namespace {

std::string contentOf(const QString &path)
{
    const QResource resource(path);
    return std::string(reinterpret_cast<const char *>(resource.data()), static_cast<std::size_t>(resource.size()));
}

} // namespace

std::shared_ptr<const http::StaticBundle> embeddedWebClient()
{
    initialiseWebClient();
    const QString root = QStringLiteral(":/web");
    auto bundle = std::make_shared<http::StaticBundle>();
    QDirIterator files(root, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const auto path = files.next();
        if (path.endsWith(QStringLiteral(".gz")))
            continue;
        const auto packed = path + QStringLiteral(".gz");
        bundle->add(path.mid(root.size()).toStdString(), contentOf(path), QResource(packed).isValid() ? contentOf(packed) : std::string());
    }
    return bundle->empty() ? nullptr : bundle;
}

} // namespace matinee::app
