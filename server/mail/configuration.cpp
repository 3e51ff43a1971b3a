#include "mail/configuration.h"

#include "mail/wire/message.h"

namespace matinee::mail {

Configuration configurationOf(const settings::Snapshot &settings)
{
    Configuration out;
    out.server.host = settings.get(settings::emailSmtpHost);
    out.server.port = static_cast<std::uint16_t>(settings.get(settings::emailSmtpPort));
    const std::string security = settings.get(settings::emailSmtpSecurity);
    out.server.security = security == "tls" ? Security::Tls : security == "none" ? Security::None : Security::StartTls;
    out.server.username = settings.get(settings::emailSmtpUsername);
    out.server.password = settings.get(settings::emailSmtpPassword);
    out.server.caFile = settings.get(settings::emailCaFile);
    if (auto from = parseAddress(settings.get(settings::emailFromAddress)))
        out.from = std::move(*from);
    out.serverName = settings.get(settings::serverName);
    out.fromName = settings.get(settings::emailFromName);
    if (out.fromName.empty())
        out.fromName = out.serverName;
    out.allowed = AllowList(settings.get(settings::emailAllowList));
    return out;
}

Result<void> Configuration::ready() const
{
    if (server.host.empty())
        return fail(ErrorCode::FailedPrecondition,
                    "This server sends no mail. Its operator can set email.smtp_host and email.from_address.", "email.smtp_host");
    if (!from)
        return fail(ErrorCode::FailedPrecondition, "This server sends no mail: email.from_address is not set.", "email.from_address");
    return {};
}

Result<void> Configuration::mayWriteTo(const Address &address) const
{
    if (auto able = ready(); !able)
        return able;
    if (!allowed.allows(address))
        return fail(ErrorCode::PermissionDenied, "This server does not send mail to addresses at " + address.domain() + ".", "email");
    return {};
}

Envelope composed(const Configuration &configuration, const Address &to, Kind kind, Language language, Values values, const std::string &id,
                  std::chrono::system_clock::time_point date)
{
    values.server = configuration.serverName;
    Text text = render(kind, language, values);
    const Mail mail{*configuration.from,  configuration.fromName, to, std::move(text.subject),
                    std::move(text.text), std::move(text.html),   id, std::string(languageTag(language))};
    return {*configuration.from, to, compose(mail, date)};
}

} // namespace matinee::mail
