#include "cli/commands.h"

#include "cli/answers.h"
#include "cli/document.h"
#include "cli/lifetime.h"
#include "cli/verb.h"

#include "matinee/v1/server.pb.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace matinee::cli {

namespace {

struct KeyArguments
{
    std::string name;
    std::vector<std::string> scopes;
    std::string expires = "never";
    std::string id;
    std::string owner;
};

std::string joined(const google::protobuf::RepeatedPtrField<std::string> &list)
{
    std::string text;
    for (const std::string &entry : list)
        text.append(text.empty() ? "" : ", ").append(entry);
    return text;
}

int create(Context &context, Calls &calls, const KeyArguments &arguments)
{
    v1::CreateApiKeyRequest request;
    request.set_name(arguments.name);
    for (const std::string &scope : arguments.scopes)
        request.add_scopes(scope);
    request.set_expires_in_seconds(lifetime(arguments.expires).value_or(0)); // checked while parsing
    request.set_owner(arguments.owner);
    const auto key = calls.call<v1::ApiKey>("matinee.v1.ApiKeyService/CreateApiKey", request);
    if (!key)
        return context.failed(key.error());
    return context.answer(documentOf(*key), key->key() + "\n\nThis is the key of \"" + key->name() + "\" (" + joined(key->scopes()) +
                                                (key->has_expires_at() ? ", until " + when(key->expires_at()) : "") +
                                                "). It is shown only now.\nPrograms send it as: Authorization: Bearer KEY\n");
}

int list(Context &context, Calls &calls, const KeyArguments &arguments)
{
    v1::ListApiKeysRequest request;
    request.set_owner(arguments.owner);
    const auto answer = calls.call<v1::ListApiKeysResponse>("matinee.v1.ApiKeyService/ListApiKeys", request);
    if (!answer)
        return context.failed(answer.error());
    std::vector<std::vector<std::string>> rows;
    for (const v1::ApiKey &key : answer->keys()) {
        rows.push_back({key.id(), key.name(), key.owner().empty() ? "the server" : key.owner(), joined(key.scopes()), key.state(),
                        when(key.created_at()), key.has_expires_at() ? when(key.expires_at()) : "never",
                        key.has_last_used_at() ? when(key.last_used_at()) : "never"});
    }
    return context.answer(documentOf(*answer),
                          rows.empty() ? "There are no API keys. Make one with: matinee api-key create --name N --scope admin\n"
                                       : table({"ID", "NAME", "OWNER", "SCOPES", "STATE", "CREATED", "EXPIRES", "LAST USED"}, rows));
}

int revoke(Context &context, Calls &calls, const KeyArguments &arguments)
{
    v1::RevokeApiKeyRequest request;
    request.set_id(arguments.id);
    const auto answer = calls.call<v1::RevokeApiKeyResponse>("matinee.v1.ApiKeyService/RevokeApiKey", request);
    return answer ? context.answer(documentOf(*answer), "The API key " + arguments.id + " is refused from now on.\n")
                  : context.failed(answer.error());
}

} // namespace

void addApiKey(CLI::App &root, Context &context)
{
    auto *group = root.add_subcommand("api-key", "Make, list and revoke keys for programs and the console");
    group->require_subcommand(1);
    group->footer("Example: matinee api-key create --name console --scope admin");
    auto arguments = std::make_shared<KeyArguments>();

    auto *command = addVerb(*group, context,
                            {"create", "Make an API key and print it, once",
                             "matinee api-key create --name backup --scope streams:read --expires 30d", create, Calls::Folder::MayBeMade},
                            arguments);
    command->add_option("--name", arguments->name, "What it is for, up to 64 characters")->required()->type_name("TEXT");
    command->add_option("--scope", arguments->scopes, "What it may do; give it again for more")
        ->required()
        ->type_name("admin|streams|streams:read|server:read|users|audit:read")
        ->allow_extra_args(false);
    command->add_option("--expires", arguments->expires, "30d, 12h, 2w, 1y (at most 10y) or never")
        ->type_name("TIME")
        ->capture_default_str()
        ->check([](const std::string &text) {
            return lifetime(text) ? std::string()
                                  : "expected a time such as 30d, 12h, 2w, 1y (at most 10y), or never, got \"" + text + "\"";
        });

    command
        ->add_option("--owner", arguments->owner, "Account whose key it is, and with whose rights it ends; without, it is the server's own")
        ->type_name("NAME");

    auto *listing =
        addVerb(*group, context, {"list", "List the API keys, without the keys themselves", "matinee api-key list", list}, arguments);
    listing->add_option("--owner", arguments->owner, "Only those of this account")->type_name("NAME");
    command = addVerb(*group, context, {"revoke", "Refuse an API key from now on", "matinee api-key revoke k7f3q2", revoke}, arguments);
    command->add_option("ID", arguments->id, "The first column of `matinee api-key list`")->required();
}

} // namespace matinee::cli
