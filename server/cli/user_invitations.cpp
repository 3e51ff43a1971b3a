// Inviting people from the command line. What is made here is by the server itself: it is good whoever runs the server later.
#include "cli/user_verbs.h"

#include "cli/answers.h"
#include "cli/document.h"
#include "cli/verb.h"

#include "matinee/v1/accounts.pb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

namespace {

constexpr std::uint32_t kSecondsOfDay = 86400;

struct InvitationArguments
{
    std::uint32_t uses = 1;
    std::uint32_t days = 1;
    std::string role = "user";
    std::string note;
    std::string id;
};

int invite(Context &context, Calls &calls, const InvitationArguments &arguments)
{
    v1::CreateInvitationRequest request;
    request.set_uses(arguments.uses);
    request.set_expires_in_seconds(arguments.days * kSecondsOfDay);
    request.set_role(arguments.role);
    request.set_note(arguments.note);
    const auto made = calls.call<v1::Invitation>("matinee.v1.InvitationService/CreateInvitation", request);
    if (!made)
        return context.failed(made.error());
    const std::string people = made->uses() == 1 ? "One person" : std::to_string(made->uses()) + " people";
    return context.answer(documentOf(*made), people + " can make an account (" + made->role() + ") by this link, until " +
                                                 when(made->expires_at()) + ":\n  " + made->address() +
                                                 "\nTo take it back: matinee user revoke-invitation " + made->id() + "\n");
}

std::string namesOf(const v1::Invitation &invitation)
{
    std::string names;
    for (const v1::InvitationUse &use : invitation.used_by())
        names += (names.empty() ? "" : ", ") + use.name();
    return names.empty() ? "-" : names;
}

int listInvitations(Context &context, Calls &calls, const InvitationArguments &)
{
    v1::ListInvitationsResponse all;
    v1::ListInvitationsRequest request;
    request.set_page_size(100);
    do {
        const auto page = calls.call<v1::ListInvitationsResponse>("matinee.v1.InvitationService/ListInvitations", request);
        if (!page)
            return context.failed(page.error());
        all.mutable_invitations()->MergeFrom(page->invitations());
        request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());

    std::vector<std::vector<std::string>> rows;
    for (const v1::Invitation &one : all.invitations())
        rows.push_back({one.id(), one.state(), std::to_string(one.uses_left()) + " of " + std::to_string(one.uses()), one.role(),
                        when(one.expires_at()), one.made_by().empty() ? "the server" : one.made_by(), namesOf(one),
                        one.note().empty() ? "-" : one.note()});
    return context.answer(documentOf(all), rows.empty()
                                               ? "There are no invitations. Make one with: matinee user invite\n"
                                               : table({"ID", "STATE", "LEFT", "ROLE", "UNTIL", "BY", "CAME BY IT", "NOTE"}, rows));
}

int revokeInvitation(Context &context, Calls &calls, const InvitationArguments &arguments)
{
    v1::RevokeInvitationRequest request;
    request.set_id(arguments.id);
    const auto revoked = calls.call<v1::Invitation>("matinee.v1.InvitationService/RevokeInvitation", request);
    return revoked ? context.answer(documentOf(*revoked), "Nobody comes by the invitation " + revoked->id() + " from now on.\n")
                   : context.failed(revoked.error());
}

} // namespace

void addInvitationVerbs(CLI::App &group, Context &context)
{
    auto arguments = std::make_shared<InvitationArguments>();
    auto *command =
        addVerb(group, context, {"invite", "Print a link by which people make accounts", "matinee user invite --uses 5 --days 7", invite},
                arguments);
    command->add_option("--uses", arguments->uses, "How many may come by it")
        ->type_name("N")
        ->check(CLI::Range(1U, 100U))
        ->capture_default_str();
    command->add_option("--days", arguments->days, "For how long it is good")
        ->type_name("N")
        ->check(CLI::Range(1U, 90U))
        ->capture_default_str();
    command->add_option("--role", arguments->role, "What they may do")
        ->type_name("user|admin|root")
        ->capture_default_str()
        ->check(roleFault);
    command->add_option("--note", arguments->note, "For those who run the server")->type_name("TEXT");

    addVerb(group, context, {"invitations", "List the invitations, and who came by them", "matinee user invitations", listInvitations},
            arguments);
    command = addVerb(
        group, context,
        {"revoke-invitation", "Let nobody in by an invitation any more", "matinee user revoke-invitation ib2hkiq3vpdz", revokeInvitation},
        arguments);
    command->add_option("ID", arguments->id, "The first column of `matinee user invitations`")->required();
}

} // namespace matinee::cli
