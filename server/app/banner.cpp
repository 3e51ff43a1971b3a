#include "app/banner.h"

#include "common/protocol/version.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace matinee::app {

namespace {

// Bridges of containers and virtual machines lead nowhere that a friend could come from.
bool leadsOut(const std::string &interface)
{
    for (const char *prefix : {"docker", "br-", "veth", "virbr", "vmnet", "cni", "flannel"}) {
        if (interface.starts_with(prefix))
            return false;
    }
    return true;
}

std::string machineAddress()
{
    ifaddrs *list = nullptr;
    std::string found = "127.0.0.1";
    if (::getifaddrs(&list) != 0)
        return found;
    for (const auto *entry = list; entry; entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET || (entry->ifa_flags & IFF_LOOPBACK) || !(entry->ifa_flags & IFF_UP))
            continue;
        if (!leadsOut(entry->ifa_name))
            continue;
        char text[INET_ADDRSTRLEN] = {};
        const auto *address = reinterpret_cast<const sockaddr_in *>(entry->ifa_addr);
        if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text)) {
            found = text;
            break;
        }
    }
    ::freeifaddrs(list);
    return found;
}

std::string hostOf(const std::string &url)
{
    const auto begin = url.find("://");
    if (begin == std::string::npos)
        return {};
    const auto host = url.substr(begin + 3, url.find('/', begin + 3) - begin - 3);
    return host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
}

std::string bracketed(const std::string &host) { return host.find(':') != std::string::npos && !host.starts_with('[') ? "[" + host + "]" : host; }

std::string withPort(const std::string &host, std::uint16_t port, std::uint16_t usual)
{
    return port == usual ? host : host + ":" + std::to_string(port);
}

std::string listenHost(const std::string &address)
{
    return address.empty() || address == "0.0.0.0" || address == "::" ? machineAddress() : bracketed(address);
}

} // namespace

std::string webAddress(const settings::Snapshot &settings, std::uint16_t port)
{
    auto url = settings.get(settings::serverPublicUrl);
    if (!url.empty()) {
        if (url.ends_with('/'))
            url.pop_back();
        return url;
    }
    const bool tls = !settings.get(settings::serverTlsCertificate).empty();
    return (tls ? "https://" : "http://") + withPort(listenHost(settings.get(settings::serverAddress)), port, tls ? 443 : 80);
}

std::string rtmpAddress(const settings::Snapshot &settings, std::uint16_t port)
{
    auto host = bracketed(settings.get(settings::livestreamPublicHost));
    if (host.empty())
        host = hostOf(settings.get(settings::serverPublicUrl));
    if (host.empty())
        host = listenHost(settings.get(settings::livestreamRtmpAddress));
    return "rtmp://" + withPort(host, port, 0) + "/live";
}

std::string banner(const settings::Snapshot &settings, std::uint16_t port, std::uint16_t rtmpPort, const Welcome &welcome)
{
    const auto web = webAddress(settings, port);
    std::string text = "\n" + settings.get(settings::serverName) + " is running (matinee " + std::string(kVersion) + ").\n\n";
    text += "  Web        " + web + "/\n";
    if (welcome.stream) {
        text += "  Watch      " + web + "/watch/" + welcome.stream->name + "\n";
        text += "  OBS        Server      " + rtmpAddress(settings, rtmpPort) + "\n";
        text += "             Stream key  " + welcome.stream->publishKey + "\n";
    } else {
        text += "  OBS        Server      " + rtmpAddress(settings, rtmpPort) + "   (stream keys: matinee stream create|rotate-key NAME)\n";
    }
    if (welcome.setupToken)
        text += "  Set up     " + web + "/setup#" + *welcome.setupToken + "\n             Open it once: it makes you the owner.\n";
    return text + "\n";
}

} // namespace matinee::app
