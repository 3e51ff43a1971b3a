#include "settings_file/layers.h"

#include <filesystem>

#include <unistd.h>

namespace matinee::settings_file {

namespace {

using namespace settings;

/// A problem is reported where the setting it is about was written.
Problem about(const Loaded &loaded, const Declaration &declaration, std::string what)
{
    const Origin &origin = loaded.snapshot.origin(declaration);
    if (origin.kind != Origin::File)
        return {origin.text(), 0, std::string(declaration.key), std::move(what)};
    const auto colon = origin.where.rfind(':');
    return {origin.where.substr(0, colon), std::stoi(origin.where.substr(colon + 1)), std::string(declaration.key), std::move(what)};
}

void checkTls(Loaded &loaded)
{
    const auto &snapshot = loaded.snapshot;
    const std::string certificate = snapshot.get(serverTlsCertificate);
    const std::string key = snapshot.get(serverTlsKey);
    if (certificate.empty() != key.empty()) {
        const auto &given = certificate.empty() ? serverTlsKey : serverTlsCertificate;
        const auto &missing = certificate.empty() ? serverTlsCertificate : serverTlsKey;
        loaded.problems.push_back(
            about(loaded, *given.declaration, "needs " + std::string(missing.declaration->key) + " as well; give both or neither"));
    }
    for (const auto *setting : {&serverTlsCertificate, &serverTlsKey}) {
        const std::string path = snapshot.get(*setting);
        if (!path.empty() && ::access(path.c_str(), R_OK) != 0)
            loaded.problems.push_back(about(loaded, *setting->declaration, "the file " + path + " does not exist or may not be read"));
    }
    if (snapshot.get(serverHsts) && certificate.empty() && !snapshot.get(serverPublicUrl).starts_with("https://"))
        loaded.warnings.push_back(about(loaded, *serverHsts.declaration,
                                        "has no effect without https: give server.tls_certificate, or a server.public_url with https"));
}

/// Two listeners on one port of one address. The problem is told where somebody wrote the later of the two.
void checkPair(Loaded &loaded, const Setting<std::int64_t> &one, const std::string &oneAddress, const Setting<std::int64_t> &two,
               const std::string &twoAddress)
{
    const auto &snapshot = loaded.snapshot;
    const auto port = snapshot.get(one);
    if (port == 0 || port != snapshot.get(two) || (oneAddress != twoAddress && !oneAddress.empty() && !twoAddress.empty()))
        return;
    const bool twoGiven = snapshot.origin(*two.declaration).kind != Origin::Default;
    const Declaration &given = twoGiven ? *two.declaration : *one.declaration;
    const Declaration &other = twoGiven ? *one.declaration : *two.declaration;
    loaded.problems.push_back(
        about(loaded, given,
              "is the same port as " + std::string(other.key) + " (" + std::to_string(port) + "); give one of them another number"));
}

void checkPorts(Loaded &loaded)
{
    const auto &snapshot = loaded.snapshot;
    const std::string front = snapshot.get(serverAddress);
    const std::string rtmp = snapshot.get(livestreamRtmpAddress);
    checkPair(loaded, serverPort, front, livestreamRtmpPort, rtmp);
    checkPair(loaded, serverPort, front, livestreamRtmpsPort, rtmp);
    checkPair(loaded, livestreamRtmpPort, rtmp, livestreamRtmpsPort, rtmp);
    if (snapshot.get(livestreamRtmpsPort) != 0 && snapshot.get(serverTlsCertificate).empty())
        loaded.problems.push_back(
            about(loaded, *livestreamRtmpsPort.declaration, "needs server.tls_certificate and server.tls_key as well"));
}

void checkMetrics(Loaded &loaded)
{
    const auto &snapshot = loaded.snapshot;
    const std::string mode = snapshot.get(metricsAuthMode);
    const auto need = [&](const Setting<std::string> &setting) {
        if (snapshot.get(setting).empty())
            loaded.problems.push_back(
                about(loaded, *metricsAuthMode.declaration, mode + " needs " + std::string(setting.declaration->key) + " as well"));
    };
    if (mode == "basic") {
        need(metricsAuthUsername);
        need(metricsAuthPassword);
        if (snapshot.get(metricsAuthUsername).find(':') != std::string::npos)
            loaded.problems.push_back(about(loaded, *metricsAuthUsername.declaration, "may not have a colon in it (RFC 7617)"));
    } else if (mode == "bearer_token") {
        need(metricsAuthBearerToken);
    } else if (!snapshot.get(metricsAuthPassword).empty() || !snapshot.get(metricsAuthBearerToken).empty()) {
        loaded.warnings.push_back(
            about(loaded, *metricsAuthMode.declaration, "is none, so /metrics is open to everybody although a credential for it is given"));
    }
}

void checkOrigins(Loaded &loaded)
{
    const auto origins = loaded.snapshot.get(serverCorsAllowedOrigins);
    for (const std::string &origin : origins) {
        if (origin == "*" && origins.size() > 1)
            loaded.problems.push_back(about(loaded, *serverCorsAllowedOrigins.declaration, "has * and other entries; * alone means all"));
    }
    for (const std::string &network : loaded.snapshot.get(serverTrustedProxies)) {
        if (network.ends_with("/0"))
            loaded.warnings.push_back(about(loaded, *serverTrustedProxies.declaration,
                                            network + " lets everybody pretend to come from any address; name the proxies"));
    }
}

void checkOAuth2(Loaded &loaded)
{
    const auto &snapshot = loaded.snapshot;
    bool isAny = false;
    for (const OAuth2Provider &provider : oauth2Providers) {
        const bool isSetUp = !snapshot.get(provider.clientId).empty();
        isAny = isAny || isSetUp;
        if (!isSetUp && !snapshot.get(provider.clientSecret).empty())
            loaded.warnings.push_back(about(loaded, *provider.clientSecret.declaration,
                                            "has no effect without " + std::string(provider.clientId.declaration->key)));
        std::vector<const Setting<std::string> *> needed;
        if (provider.issuer)
            needed.push_back(&*provider.issuer);
        if (provider.teamId && provider.keyId)
            needed.insert(needed.end(), {&*provider.teamId, &*provider.keyId, &provider.clientSecret});
        for (const auto *setting : needed) {
            if (isSetUp && snapshot.get(*setting).empty())
                loaded.problems.push_back(
                    about(loaded, *provider.clientId.declaration, "needs " + std::string(setting->declaration->key) + " as well"));
        }
    }
    if (isAny && snapshot.get(serverPublicUrl).empty())
        loaded.warnings.push_back(about(loaded, *serverPublicUrl.declaration,
                                        "is empty: providers of sign-in (oauth2) send people back to the address of this machine, "
                                        "which they seldom reach and most providers refuse"));
    const std::string authorities = snapshot.get(oauth2CaFile);
    if (!authorities.empty() && ::access(authorities.c_str(), R_OK) != 0)
        loaded.problems.push_back(
            about(loaded, *oauth2CaFile.declaration, "the file " + authorities + " does not exist or may not be read"));
}

void checkMail(Loaded &loaded)
{
    const auto &snapshot = loaded.snapshot;
    const std::string host = snapshot.get(emailSmtpHost);
    const std::string security = snapshot.get(emailSmtpSecurity);
    const bool user = !snapshot.get(emailSmtpUsername).empty();
    const bool password = !snapshot.get(emailSmtpPassword).empty();
    if (host.empty()) {
        for (const auto *setting : {&accountsSignUpNeedsAddress, &accountsAllowMailCodes}) {
            if (snapshot.get(*setting))
                loaded.problems.push_back(
                    about(loaded, *setting->declaration, "needs email.smtp_host and email.from_address as well: it works by letters"));
        }
        for (const auto *setting : {&emailSmtpUsername, &emailSmtpPassword, &emailFromAddress, &emailCaFile}) {
            if (!snapshot.get(*setting).empty())
                loaded.warnings.push_back(about(loaded, *setting->declaration, "has no effect without email.smtp_host: no mail is sent"));
        }
        return;
    }
    if (snapshot.get(emailFromAddress).empty())
        loaded.problems.push_back(about(loaded, *emailSmtpHost.declaration,
                                        "needs email.from_address as well: the address that mails come from, such as matinee@example.org"));
    if (user != password) {
        const auto &given = user ? emailSmtpUsername : emailSmtpPassword;
        const auto &missing = user ? emailSmtpPassword : emailSmtpUsername;
        loaded.problems.push_back(
            about(loaded, *given.declaration, "needs " + std::string(missing.declaration->key) + " as well; give both or neither"));
    }
    if (security == "tls" && snapshot.get(emailSmtpPort) == 587)
        loaded.warnings.push_back(about(loaded, *emailSmtpSecurity.declaration,
                                        "is tls (from the start), which mail servers speak on port 465; on port 587 they speak starttls"));
    if (security == "none" && password && host != "localhost" && !host.starts_with("127.") && host != "::1")
        loaded.warnings.push_back(
            about(loaded, *emailSmtpSecurity.declaration, "is none, so the password and all mails cross the network in clear"));
    const std::string authorities = snapshot.get(emailCaFile);
    if (!authorities.empty() && ::access(authorities.c_str(), R_OK) != 0)
        loaded.problems.push_back(
            about(loaded, *emailCaFile.declaration, "the file " + authorities + " does not exist or may not be read"));
}

void checkWebDir(Loaded &loaded)
{
    const std::string folder = loaded.snapshot.get(serverWebDir);
    std::error_code error;
    if (!folder.empty() && !std::filesystem::is_regular_file(folder + "/index.html", error))
        loaded.problems.push_back(about(loaded, *serverWebDir.declaration, "there is no index.html in " + folder));
}

} // namespace

void checkTogether(Loaded &loaded)
{
    checkTls(loaded);
    checkPorts(loaded);
    checkMetrics(loaded);
    checkOrigins(loaded);
    checkMail(loaded);
    checkOAuth2(loaded);
    checkWebDir(loaded);
}

} // namespace matinee::settings_file
