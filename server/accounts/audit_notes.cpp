#include "accounts/audit_notes.h"

#include <boost/json.hpp>

#include <array>
#include <ctime>

namespace matinee::accounts {

namespace {

namespace json = boost::json;

json::object stateOf(const store::UserRow &user)
{
    json::object state{{"id", user.id}, {"name", user.name}, {"role", user.role}, {"waiting", user.isWaiting}, {"language", user.language}};
    state["has_password"] = user.passwordRecord.has_value();
    state["banned_until"] = user.bannedUntil ? json::value(auditTime(*user.bannedUntil)) : json::value();
    state["ban_reason"] = user.banReason;
    state["closed_at"] = user.deletedAt ? json::value(auditTime(*user.deletedAt)) : json::value();
    return state;
}

} // namespace

std::string auditTime(std::chrono::system_clock::time_point time)
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    std::array<char, 32> text{};
    if (::gmtime_r(&seconds, &parts) == nullptr)
        return {};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void noteUserChange(const std::shared_ptr<AuditNote> &note, const store::UserRow &before, const store::UserRow &after)
{
    if (!note)
        return;
    const json::object was = stateOf(before);
    const json::object is = stateOf(after);
    json::object old, fresh;
    for (const auto &[key, value] : is) {
        if (was.at(key) == value)
            continue;
        old[key] = was.at(key);
        fresh[key] = value;
    }
    if (fresh.empty())
        return;
    note->before = json::serialize(old);
    note->after = json::serialize(fresh);
}

void noteNewUser(const std::shared_ptr<AuditNote> &note, const store::UserRow &user)
{
    if (note)
        note->after = json::serialize(json::object{{"id", user.id}, {"name", user.name}, {"role", user.role}});
}

void noteInvitedUser(const std::shared_ptr<AuditNote> &note, const store::UserRow &user, const std::string &invitationId)
{
    if (note)
        note->after =
            json::serialize(json::object{{"id", user.id}, {"name", user.name}, {"role", user.role}, {"invitation", invitationId}});
}

} // namespace matinee::accounts
