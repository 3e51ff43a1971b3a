#include "cli/commands.h"

#include "mail/configuration.h"

#include "common/settings/declarations.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <sys/random.h>

#include <array>

namespace matinee::cli {

namespace {

namespace json = boost::json;

std::string newId()
{
    std::array<unsigned char, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return "test";
    std::string id;
    for (const unsigned char byte : bytes) {
        id += "0123456789abcdef"[byte >> 4];
        id += "0123456789abcdef"[byte & 15];
    }
    return id;
}

/// Straight to the mail server with the settings as they are, whether or not our server runs; nothing is queued.
int testEmail(Context &context, const std::string &typed, const std::string &language)
{
    const auto loaded = context.load(settings_file::MissingSecrets::LeaveEmpty);
    if (!loaded)
        return kUsage;
    const auto address = mail::parseAddress(typed);
    if (!address)
        return context.failed(fail(ErrorCode::InvalidArgument, std::string(mail::sentence(address.error())), "ADDRESS"));
    const mail::Configuration configuration = mail::configurationOf(loaded->snapshot);
    if (!configuration.ready())
        return context.failed(fail(ErrorCode::FailedPrecondition,
                                   "No mail server is set. Give email.smtp_host and email.from_address (`matinee config reference`).",
                                   "email.smtp_host"),
                              kUsage);
    if (!configuration.allowed.allows(*address))
        return context.failed(
            fail(ErrorCode::PermissionDenied, "email.allow_list does not have " + address->text() + ".", "email.allow_list"), kUsage);

    const mail::Envelope envelope = mail::composed(configuration, *address, mail::Kind::Test, mail::languageOf(language), {}, newId(),
                                                   std::chrono::system_clock::now());
    const mail::Delivery delivery = mail::deliver(configuration.server, envelope, {});
    const bool sent = delivery.outcome == mail::Outcome::Sent;
    const std::string server = configuration.server.host + ":" + std::to_string(configuration.server.port);
    json::array steps;
    std::string text;
    for (const std::string &step : delivery.steps) {
        steps.push_back(json::string(step));
        text += step + "\n";
    }
    if (!sent) {
        if (context.human()) {
            for (const std::string &step : delivery.steps)
                context.notice(step);
        }
        return context.failed(fail(ErrorCode::Unavailable, server + ": " + delivery.words), kEnvironment);
    }
    text += "Look into the mailbox of " + address->text() + ", and among the junk.\n";
    return context.answer(
        json::object{{"server", server}, {"to", address->text()}, {"answer", delivery.words}, {"steps", std::move(steps)}}, text);
}

int rotateSigningKey(Context &context)
{
    const auto loaded = context.load(settings_file::MissingSecrets::LeaveEmpty);
    if (!loaded)
        return kUsage;
    const std::string secret = loaded->snapshot.get(settings::jwtSecret);
    if (secret.empty())
        return context.failed(
            fail(ErrorCode::FailedPrecondition,
                 "There is no jwt.secret yet, and so nothing to replace: the first start of the server makes it. Give its "
                 "data folder with --data-dir.",
                 "jwt.secret"),
            kUsage);
    if (!context.world.rotateSigningKeys)
        return context.failed(fail(ErrorCode::Unimplemented, "This program cannot do that."));
    if (const auto rotated = context.world.rotateSigningKeys(context.dataDir, secret); !rotated)
        return context.failed(rotated.error(), kEnvironment);
    return context.answer(
        json::object{{"rotated", true}},
        "Made new signing keys. A server that runs takes them up when it is told to read its settings again, which should be "
        "now:\n  systemctl reload matinee    (or: kill -HUP its process)\nTokens that were signed before are good until they "
        "end: 15 minutes for people, who do not notice, and a day for guests.\n");
}

} // namespace

void addSettings(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("settings", "Try out what the settings lead to");
    group->require_subcommand(1);
    group->footer("Example: matinee settings test-email me@example.org");

    auto *rotate = group->add_subcommand("rotate-signing-key", "Sign the tokens of people and guests by a new key");
    rotate->footer("Example: matinee settings rotate-signing-key && systemctl reload matinee");
    rotate->callback([&context] { context.command = [&context] { return rotateSigningKey(context); }; });

    struct Arguments
    {
        std::string address;
        std::string language = "en";
    };
    auto arguments = std::make_shared<Arguments>();
    auto *command = group->add_subcommand("test-email", "Send a test mail by email.smtp_host and tell each step");
    command->add_option("ADDRESS", arguments->address, "Whom to write to")->required();
    command->add_option("--language", arguments->language, "Of the mail")->type_name("en|zh-CN")->check([](const std::string &text) {
        return text == "en" || text == "zh-CN" ? std::string() : "expected en or zh-CN, got \"" + text + "\"";
    });
    command->footer("Example: matinee settings test-email me@example.org --language zh-CN");
    command->callback([&context, arguments] {
        context.command = [&context, arguments] { return testEmail(context, arguments->address, arguments->language); };
    });
}

} // namespace matinee::cli
