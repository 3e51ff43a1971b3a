#include "cli/commands.h"

#include "cli/answers.h"
#include "cli/document.h"
#include "cli/lifetime.h"
#include "cli/user_verbs.h"
#include "cli/verb.h"

#include "matinee/v1/account_life.pb.h"
#include "matinee/v1/accounts.pb.h"
#include "matinee/v1/avatars.pb.h"
#include "matinee/v1/factors.pb.h"
#include "matinee/v1/mail_addresses.pb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

namespace {

struct UserArguments
{
    std::string name;
    std::string role = "user";
    std::string search;
    std::string state;
    std::string endedSession;
    std::string banFor = "never";
    std::string reason;
    std::string added;
    std::string removed;
    bool isVerified = false;
};

std::string howToSetPassword(const v1::OneTimeLink &link)
{
    return "Give this link to its owner. Whoever opens it sets the password; it works once, until " + when(link.expires_at()) + ":\n  " +
           link.address() + "\n";
}

std::string stateOf(const v1::User &user)
{
    if (user.has_closed_at())
        return "closed " + when(user.closed_at());
    if (user.state() != "banned")
        return user.state();
    return user.has_banned_until() ? "banned until " + when(user.banned_until()) : "banned";
}

int create(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::CreateUserRequest request;
    request.set_name(arguments.name);
    request.set_role(arguments.role);
    const auto made = calls.call<v1::CreateUserResponse>("matinee.v1.UserService/CreateUser", request);
    if (!made)
        return context.failed(made.error());
    return context.answer(documentOf(*made), "Made the account \"" + made->user().name() + "\" (" + made->user().role() + ").\n" +
                                                 howToSetPassword(made->link()));
}

int list(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::ListUsersResponse all;
    v1::ListUsersRequest request;
    request.set_search(arguments.search);
    request.set_state(arguments.state);
    request.set_page_size(500);
    do {
        const auto page = calls.call<v1::ListUsersResponse>("matinee.v1.UserService/ListUsers", request);
        if (!page)
            return context.failed(page.error());
        all.mutable_users()->MergeFrom(page->users());
        if (page->has_counts())
            *all.mutable_counts() = page->counts();
        request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());

    std::vector<std::vector<std::string>> rows;
    for (const v1::User &user : all.users())
        rows.push_back({user.name(), user.role(), stateOf(user), user.has_password() ? "yes" : "no", when(user.created_at()), user.id()});
    const std::string none = !arguments.state.empty()   ? "No such account is " + arguments.state + ".\n"
                             : arguments.search.empty() ? "There are no accounts. Make one with: matinee user create NAME --role root\n"
                                                        : "No name has this in it.\n";
    return context.answer(documentOf(all), rows.empty() ? none : table({"NAME", "ROLE", "STATE", "PASSWORD", "CREATED", "ID"}, rows));
}

/// The calls that take an account and give it back changed.
template <class Request> int change(Context &context, Calls &calls, const char *method, const Request &request, const std::string &outcome)
{
    const auto user = calls.call<v1::User>(std::string("matinee.v1.UserService/") + method, request);
    return user ? context.answer(documentOf(*user), user->name() + ": " + outcome + "\n") : context.failed(user.error());
}

int setRole(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::SetUserRoleRequest request;
    request.set_user(arguments.name);
    request.set_role(arguments.role);
    return change(context, calls, "SetUserRole", request, "the role is " + arguments.role + " from now on.");
}

int ban(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::BanUserRequest request;
    request.set_user(arguments.name);
    request.set_seconds(lifetime(arguments.banFor).value_or(0)); // checked while parsing
    request.set_reason(arguments.reason);
    const auto user = calls.call<v1::User>("matinee.v1.UserService/BanUser", request);
    if (!user)
        return context.failed(user.error());
    return context.answer(documentOf(*user), user->name() + ": signed out everywhere and " + stateOf(*user) + ".\n");
}

int unban(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::UnbanUserRequest request;
    request.set_user(arguments.name);
    return change(context, calls, "UnbanUser", request, "may sign in again.");
}

int approve(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::ApproveUserRequest request;
    request.set_user(arguments.name);
    return change(context, calls, "ApproveUser", request, "may sign in.");
}

int remove(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::DeleteUserRequest request;
    request.set_user(arguments.name);
    const auto user = calls.call<v1::User>("matinee.v1.UserLifeService/DeleteUser", request);
    if (!user)
        return context.failed(user.error());
    return context.answer(documentOf(*user), user->name() + ": signed out everywhere and closed. Gone for good in 90 days; until then, "
                                                            "`matinee user restore` brings it back.\n");
}

int restore(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::RestoreUserRequest request;
    request.set_user(arguments.name);
    const auto user = calls.call<v1::User>("matinee.v1.UserLifeService/RestoreUser", request);
    return user ? context.answer(documentOf(*user), user->name() + ": is there again (" + stateOf(*user) + ").\n")
                : context.failed(user.error());
}

/// The document itself, whoever reads it: people get JSON.
int exportData(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::ExportUserRequest request;
    request.set_user(arguments.name);
    const auto data = calls.call<v1::AccountData>("matinee.v1.UserLifeService/ExportUser", request);
    if (!data)
        return context.failed(data.error());
    const auto document = documentOf(*data);
    return context.answer(document, toJson(document));
}

int endSession(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::RevokeUserSessionRequest request;
    request.set_user(arguments.name);
    request.set_id(arguments.endedSession);
    const auto answer = calls.call<v1::RevokeSessionsResponse>("matinee.v1.UserService/RevokeUserSession", request);
    return answer ? context.answer(documentOf(*answer), arguments.name + ": ended the session " + arguments.endedSession + ".\n")
                  : context.failed(answer.error());
}

int sessions(Context &context, Calls &calls, const UserArguments &arguments)
{
    if (!arguments.endedSession.empty())
        return endSession(context, calls, arguments);
    v1::ListUserSessionsRequest request;
    request.set_user(arguments.name);
    const auto answer = calls.call<v1::ListSessionsResponse>("matinee.v1.UserService/ListUserSessions", request);
    if (!answer)
        return context.failed(answer.error());
    std::vector<std::vector<std::string>> rows;
    for (const v1::Session &session : answer->sessions())
        rows.push_back({session.device().empty() ? "-" : session.device(), session.address(), session.method(), when(session.created_at()),
                        when(session.last_used_at()), session.id()});
    return context.answer(documentOf(*answer), rows.empty() ? arguments.name + " is not signed in anywhere.\n"
                                                            : table({"DEVICE", "ADDRESS", "METHOD", "SIGNED IN", "LAST USED", "ID"}, rows));
}

int signOut(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::RevokeUserSessionsRequest request;
    request.set_user(arguments.name);
    const auto answer = calls.call<v1::RevokeSessionsResponse>("matinee.v1.UserService/RevokeUserSessions", request);
    if (!answer)
        return context.failed(answer.error());
    const std::string count = std::to_string(answer->revoked()) + (answer->revoked() == 1 ? " session" : " sessions");
    return context.answer(documentOf(*answer), arguments.name + ": ended " + count + ".\n");
}

int resetPassword(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::CreatePasswordLinkRequest request;
    request.set_user(arguments.name);
    const auto link = calls.call<v1::OneTimeLink>("matinee.v1.UserService/CreatePasswordLink", request);
    return link ? context.answer(documentOf(*link), howToSetPassword(*link)) : context.failed(link.error());
}

int resetFactors(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::ResetUserFactorsRequest request;
    request.set_user(arguments.name);
    const auto user = calls.call<v1::User>("matinee.v1.UserFactorService/ResetUserFactors", request);
    if (!user)
        return context.failed(user.error());
    const std::string next = user->has_password()
                                 ? "The password alone signs in again.\n"
                                 : "There is no password: hand out a link with matinee user reset-password " + user->name() + "\n";
    return context.answer(documentOf(*user),
                          user->name() + ": no passkeys, no app and no recovery codes any more; signed out everywhere.\n" + next);
}

int removePicture(Context &context, Calls &calls, const UserArguments &arguments)
{
    v1::RemoveUserAvatarRequest request;
    request.set_user(arguments.name);
    const auto answer = calls.call<v1::Avatar>("matinee.v1.UserAvatarService/RemoveUserAvatar", request);
    return answer ? context.answer(documentOf(*answer), arguments.name + ": has no picture any more.\n") : context.failed(answer.error());
}

int address(Context &context, Calls &calls, const UserArguments &arguments)
{
    if (!arguments.added.empty()) {
        v1::AddUserMailAddressRequest request;
        request.set_user(arguments.name);
        request.set_address(arguments.added);
        request.set_verified(arguments.isVerified);
        const auto added = calls.call<v1::MailAddress>("matinee.v1.UserMailAddressService/AddUserMailAddress", request);
        if (!added)
            return context.failed(added.error());
    }
    if (!arguments.removed.empty()) {
        v1::RemoveUserMailAddressRequest request;
        request.set_user(arguments.name);
        request.set_address(arguments.removed);
        const auto removed = calls.call<v1::RemoveMailAddressResponse>("matinee.v1.UserMailAddressService/RemoveUserMailAddress", request);
        if (!removed)
            return context.failed(removed.error());
    }
    v1::ListUserMailAddressesRequest request;
    request.set_user(arguments.name);
    const auto answer = calls.call<v1::MailAddresses>("matinee.v1.UserMailAddressService/ListUserMailAddresses", request);
    if (!answer)
        return context.failed(answer.error());
    std::vector<std::vector<std::string>> rows;
    for (const v1::MailAddress &one : answer->addresses())
        rows.push_back({one.address(), one.verified() ? "yes" : "no", one.primary() ? "yes" : "no", when(one.added_at())});
    return context.answer(documentOf(*answer), rows.empty() ? arguments.name + " has no mail address.\n"
                                                            : table({"ADDRESS", "CONFIRMED", "PRIMARY", "ADDED"}, rows));
}

CLI::App *addNamed(CLI::App &group, Context &context, const Verb<UserArguments> &verb, const std::shared_ptr<UserArguments> &arguments)
{
    auto *command = addVerb(group, context, verb, arguments);
    command->add_option("NAME", arguments->name, "Name or id of the account")->required();
    return command;
}

std::string stateFault(const std::string &text)
{
    for (const char *state : {"active", "waiting", "unconfirmed", "banned", "closed"})
        if (text == state)
            return {};
    return "expected active, waiting, unconfirmed, banned or closed, got \"" + text + "\"";
}

std::string lifetimeFault(const std::string &text)
{
    return lifetime(text) ? std::string() : "expected a time such as 30d, 12h, 2w, 1y (at most 10y), or never, got \"" + text + "\"";
}

} // namespace

std::string roleFault(const std::string &text)
{
    return text == "user" || text == "admin" || text == "root" ? std::string() : "expected user, admin or root, got \"" + text + "\"";
}

void addUser(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("user", "Make and manage the accounts of people");
    group->require_subcommand(1);
    group->footer("Example: matinee user create alice --role admin");
    auto arguments = std::make_shared<UserArguments>();

    auto *command = addNamed(*group, context,
                             {"create", "Make an account and print the link that sets its password, once",
                              "matinee user create alice --role admin", create, Calls::Folder::MayBeMade},
                             arguments);
    command->add_option("--role", arguments->role, "What it may do")->type_name("user|admin|root")->capture_default_str()->check(roleFault);

    command = addVerb(*group, context, {"list", "List the accounts", "matinee user list --search ali", list}, arguments);
    command->add_option("--search", arguments->search, "Only names that have this in them")->type_name("TEXT");
    command->add_option("--state", arguments->state, "Only accounts of this state")
        ->type_name("active|waiting|unconfirmed|banned|closed")
        ->check(stateFault);

    command = addNamed(*group, context, {"role", "Give an account another role", "matinee user role alice admin", setRole}, arguments);
    command->add_option("ROLE", arguments->role, "user, admin or root")->required()->check(roleFault);

    command = addNamed(*group, context,
                       {"ban", "Sign an account out and keep it out", "matinee user ban mallory --for 7d --reason spam", ban}, arguments);
    command->add_option("--for", arguments->banFor, "30d, 12h, 2w, 1y (at most 10y); never ends without it")
        ->type_name("TIME")
        ->check(lifetimeFault);
    command->add_option("--reason", arguments->reason, "Shown to whom it concerns")->type_name("TEXT");

    command = addNamed(*group, context,
                       {"address", "Show the mail addresses of an account, add one or remove one",
                        "matinee user address alice --add alice@example.org --verified", address},
                       arguments);
    command->add_option("--add", arguments->added, "A letter with a link goes there")->type_name("ADDRESS");
    command->add_option("--remove", arguments->removed, "Letters go there no more")->type_name("ADDRESS");
    command->add_flag("--verified", arguments->isVerified, "With --add: it counts at once, without a letter");

    addNamed(*group, context, {"unban", "End a ban", "matinee user unban mallory", unban}, arguments);
    addNamed(*group, context, {"approve", "Let in an account that waits for review", "matinee user approve bob", approve}, arguments);
    addNamed(*group, context, {"delete", "Close an account; it can be restored for 90 days", "matinee user delete mallory", remove},
             arguments);
    addNamed(*group, context, {"restore", "Bring back a closed account", "matinee user restore mallory", restore}, arguments);
    addNamed(*group, context,
             {"export", "Print what the server knows of somebody, as JSON", "matinee user export alice > alice.json", exportData},
             arguments);
    command = addNamed(*group, context,
                       {"sessions", "Show where an account is signed in, or end one of these", "matinee user sessions alice", sessions},
                       arguments);
    command->add_option("--end", arguments->endedSession, "Sign it out there: the last column of the list")->type_name("ID");
    addNamed(*group, context, {"sign-out", "Sign an account out everywhere", "matinee user sign-out alice", signOut}, arguments);
    addNamed(*group, context, {"remove-picture", "Take somebody's picture away", "matinee user remove-picture mallory", removePicture},
             arguments);
    addNamed(*group, context,
             {"reset-factors", "Take passkeys, app and recovery codes from an account whose owner has lost them",
              "matinee user reset-factors alice", resetFactors},
             arguments);
    addNamed(*group, context,
             {"reset-password", "Print a link, good once, that sets a new password", "matinee user reset-password alice", resetPassword},
             arguments);
    addInvitationVerbs(*group, context);
}

} // namespace matinee::cli
