#include "accounts/letters.h"

namespace matinee::accounts {

namespace {

/// What tells of something is of no use after that.
constexpr std::chrono::hours kNewsFor{24};

mail::Values newsOf(const Letters::Reader &reader, const Letters::Place &place, Letters::Time now)
{
    mail::Values values;
    values.name = reader.name;
    values.device = place.device;
    values.address = place.address;
    values.when = now;
    return values;
}

} // namespace

Letters::Letters(mail::Outbox &outbox, std::function<std::string()> webAddress) : m_outbox(outbox), m_webAddress(std::move(webAddress)) {}

Result<void> Letters::put(store::Transaction &tx, const Reader &reader, mail::Kind kind, mail::Values values, Time expiresAt,
                          Time now) const
{
    auto to = mail::parseAddress(reader.address);
    if (!to)
        return fail(ErrorCode::InvalidArgument, std::string(mail::sentence(to.error())), "address");
    const mail::Letter letter{std::move(*to), kind, mail::languageOf(reader.language), std::move(values), expiresAt};
    return m_outbox.queueIn(tx, letter, now);
}

Result<void> Letters::confirmAddress(store::Transaction &tx, const Reader &reader, const std::string &token, std::chrono::minutes lifetime,
                                     Time now) const
{
    mail::Values values;
    values.link = m_webAddress() + "/verify#" + token;
    values.lifetime = lifetime;
    return put(tx, reader, mail::Kind::VerifyAddress, std::move(values), now + lifetime, now);
}

Result<void> Letters::newPassword(store::Transaction &tx, const Reader &reader, const std::string &token, std::chrono::minutes lifetime,
                                  Time now) const
{
    mail::Values values;
    values.name = reader.name;
    values.link = m_webAddress() + "/password#" + token;
    values.lifetime = lifetime;
    return put(tx, reader, mail::Kind::ResetPassword, std::move(values), now + lifetime, now);
}

Result<void> Letters::code(store::Transaction &tx, const Reader &reader, const std::string &code, std::chrono::minutes lifetime,
                           Time now) const
{
    mail::Values values;
    values.code = code;
    values.lifetime = lifetime;
    return put(tx, reader, mail::Kind::Code, std::move(values), now + lifetime, now);
}

Result<void> Letters::newDevice(store::Transaction &tx, const Reader &reader, const Place &place, Time now) const
{
    mail::Values values = newsOf(reader, place, now);
    values.link = m_webAddress() + "/account";
    return put(tx, reader, mail::Kind::NewDevice, std::move(values), now + kNewsFor, now);
}

Result<void> Letters::changed(store::Transaction &tx, const Reader &reader, mail::Change change, const std::string &detail,
                              const Place &place, Time now) const
{
    mail::Values values = newsOf(reader, place, now);
    values.link = m_webAddress() + "/account";
    values.change = change;
    values.detail = detail;
    return put(tx, reader, mail::Kind::AccountChange, std::move(values), now + kNewsFor, now);
}

std::string veiledAddress(const std::string &address)
{
    const auto at = address.rfind('@');
    if (at == std::string::npos || at == 0)
        return "***";
    const std::string domain = address.substr(at + 1);
    const auto dot = domain.rfind('.');
    return address.substr(0, 1) + "***@" + domain.substr(0, 1) + "***" + (dot == std::string::npos ? "" : domain.substr(dot));
}

} // namespace matinee::accounts
