#include "cli/commands.h"

#include "api/json_codec.h"
#include "cli/answers.h"
#include "cli/document.h"
#include "cli/verb.h"

#include "matinee/v1/audit.pb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace matinee::cli {

namespace {

struct AuditArguments
{
    std::string actor, action, target, address, since, until;
    std::uint32_t count = 50;
    std::string anchor;

    [[nodiscard]] v1::ListAuditRequest filter() const
    {
        v1::ListAuditRequest request;
        request.set_actor(actor);
        request.set_action(action);
        request.set_target(target);
        request.set_address(address);
        request.set_since(since);
        request.set_until(until);
        return request;
    }
};

constexpr std::uint32_t kPage = 500;
constexpr const char *kList = "matinee.v1.AuditService/ListAudit";

int list(Context &context, Calls &calls, const AuditArguments &arguments)
{
    v1::ListAuditResponse all;
    v1::ListAuditRequest request = arguments.filter();
    for (bool more = true; more;) {
        request.set_page_size(std::min(kPage, arguments.count - static_cast<std::uint32_t>(all.entries_size())));
        const auto page = calls.call<v1::ListAuditResponse>(kList, request);
        if (!page)
            return context.failed(page.error());
        all.mutable_entries()->MergeFrom(page->entries());
        request.set_page_token(page->next_page_token());
        more = !page->next_page_token().empty() && static_cast<std::uint32_t>(all.entries_size()) < arguments.count;
    }
    std::vector<std::vector<std::string>> rows;
    for (const v1::AuditEntry &entry : all.entries()) {
        const std::string change = entry.before() + (entry.before().empty() || entry.after().empty() ? "" : " -> ") + entry.after();
        rows.push_back({std::to_string(entry.id()), when(entry.at()), entry.actor(), entry.action(), entry.target(), entry.detail(),
                        entry.address(), change});
    }
    return context.answer(documentOf(all), rows.empty()
                                               ? "There are no such entries.\n"
                                               : table({"ENTRY", "WHEN", "WHO", "ACTION", "TARGET", "HOW", "FROM", "CHANGE"}, rows));
}

/// One line for each entry as it comes: the log may be longer than memory.
int writeLines(Context &context, Calls &calls, const AuditArguments &arguments)
{
    v1::ListAuditRequest request = arguments.filter();
    request.set_oldest_first(true);
    request.set_page_size(kPage);
    do {
        const auto page = calls.call<v1::ListAuditResponse>(kList, request);
        if (!page)
            return context.failed(page.error());
        for (const v1::AuditEntry &entry : page->entries()) {
            const auto line = api::encodeJson(entry);
            if (!line)
                return context.failed(line.error());
            context.world.out << *line << '\n';
        }
        request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty() && context.world.out);
    context.world.out.flush();
    return context.world.out ? kOk : kFailed;
}

std::string verdict(const v1::VerifyAuditResponse &answer)
{
    if (answer.state() == "broken")
        return "The audit log is not whole. " + answer.sentence() + "\n";
    std::string text =
        "The audit log is whole: " + std::to_string(answer.checked()) + (answer.checked() == 1 ? " entry" : " entries") + ".\n";
    if (answer.removed_through() > 0)
        text +=
            "Entries up to " + std::to_string(answer.removed_through()) + " were removed since their time was over (audit.keep_days).\n";
    if (answer.anchor_too_old())
        text += "The entry of the anchor is among these: whether the log followed it cannot be told any more.\n";
    return text + "Keep this somewhere else, and give it to --anchor next time; it tells whether the log was written anew:\n  " +
           answer.anchor() + "\n";
}

int verify(Context &context, Calls &calls, const AuditArguments &arguments)
{
    v1::VerifyAuditRequest request;
    request.set_anchor(arguments.anchor);
    v1::VerifyAuditResponse total;
    std::uint32_t checked = 0;
    do {
        auto answer = calls.call<v1::VerifyAuditResponse>("matinee.v1.AuditService/VerifyAudit", request);
        if (!answer)
            return context.failed(answer.error());
        checked += answer->checked();
        total = std::move(*answer);
        request.set_continue_token(total.continue_token());
    } while (total.state() == "more");
    total.set_checked(checked);
    const int told = context.answer(documentOf(total), verdict(total));
    return told == kOk && total.state() != "whole" ? kFailed : told;
}

void addFilters(CLI::App &command, AuditArguments &arguments)
{
    const auto text = [&](const char *name, const char *type, std::string &value, const char *description) {
        command.add_option(name, value, description)->type_name(type);
    };
    text("--actor", "TEXT", arguments.actor, "Only by those who have this in their name, id or key");
    text("--action", "TEXT", arguments.action, "Only calls and events that have this in their name: SignIn, settings");
    text("--target", "TEXT", arguments.target, "Only what was done to things that have this in their name");
    text("--address", "TEXT", arguments.address, "Only from addresses that have this in them");
    text("--since", "TIME", arguments.since, "From this time on: 2026-11-21T18:00:00Z");
    text("--until", "TIME", arguments.until, "Before this time");
}

} // namespace

void addAudit(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("audit", "Read and verify the log of who did what");
    group->require_subcommand(1);
    group->footer("Example: matinee audit list --action SignIn");
    auto arguments = std::make_shared<AuditArguments>();

    auto *command =
        addVerb(*group, context, {"list", "List the newest entries", "matinee audit list --actor alice --count 20", list}, arguments);
    command->add_option("--count", arguments->count, "How many at most")
        ->type_name("N")
        ->check(CLI::Range(1U, 10'000U))
        ->capture_default_str();
    addFilters(*command, *arguments);

    command = addVerb(
        *group, context,
        {"export", "Print all entries, oldest first, one JSON object a line", "matinee audit export > audit.jsonl", writeLines}, arguments);
    addFilters(*command, *arguments);

    command =
        addVerb(*group, context,
                {"verify", "Tell whether the log is whole: nothing in it changed, removed or slipped in", "matinee audit verify", verify},
                arguments);
    command->add_option("--anchor", arguments->anchor, "What a former verification printed")->type_name("PLACE:HASH");
}

} // namespace matinee::cli
