#include "app/core.h"
#include "app/first_start.h"
#include "app/topics.h"

#include "api/account_calls.h"
#include "api/api_key_calls.h"
#include "api/audit_calls.h"
#include "api/avatar_calls.h"
#include "api/factor_calls.h"
#include "api/invitation_calls.h"
#include "api/key_calls.h"
#include "api/life_calls.h"
#include "api/mail_address_calls.h"
#include "api/oauth2_calls.h"
#include "api/profile_calls.h"
#include "api/server_calls.h"
#include "api/sign_in_calls.h"
#include "api/user_calls.h"
#include "live/stream_calls.h"
#include "record/recording_calls.h"
#include "relay/relay_calls.h"

#include "common/protocol/version.h"

namespace matinee::app {

namespace {

constexpr int kStreamsInEvent = 1000;

Result<std::optional<v1::SetupStream>> firstStream(Core &core, store::Transaction &tx)
{
    const auto known = knownFirstStream(tx, core.dataDir);
    if (!known)
        return known.error();
    if (!*known)
        return std::optional<v1::SetupStream>();
    v1::SetupStream stream;
    stream.set_name((*known)->name);
    stream.set_publish_key((*known)->publishKey);
    return std::optional<v1::SetupStream>(std::move(stream));
}

/// For who becomes the first root. They are it already, so a failure leaves out the stream and nothing else.
Task<std::optional<v1::SetupStream>> firstStreamOf(Core &core)
{
    const std::function<Result<std::optional<v1::SetupStream>>(store::Transaction &)> job = [&core](store::Transaction &tx) {
        return firstStream(core, tx);
    };
    Result<std::optional<v1::SetupStream>> stream = co_await core.store.read(job);
    co_return stream ? std::move(*stream) : std::optional<v1::SetupStream>();
}

api::ServerFacts serverFacts(Core &core)
{
    api::ServerFacts facts;
    facts.name = core.serverName;
    facts.version = std::string(kVersion);
    facts.rtmpPort = core.rtmpPort;
    facts.signUp = [&core] { return std::string(accounts::signUpModeName(core.accounts.signUpMode)); };
    facts.signUpNeedsAddress = [&core] { return core.mail.rules().signUpNeedsAddress; };
    facts.sendsMail = [&core] { return core.mail.letters.ready().has_value(); };
    facts.health = [&core] { return core.health.report(); };
    facts.firstStream = [&core](store::Transaction &tx) { return firstStream(core, tx); };
    return facts;
}

Task<std::shared_ptr<const v1::Event>> streamsEvent(Core &core)
{
    const std::function<Result<std::vector<store::StreamRow>>(store::Transaction &)> list = [](store::Transaction &tx) {
        return store::listStreams(tx, "", kStreamsInEvent);
    };
    auto rows = co_await core.store.read(list);
    if (!rows)
        co_return nullptr; // the database is away; the console keeps what it has
    auto event = std::make_shared<v1::Event>();
    event->set_topic("streams");
    for (const auto &row : *rows)
        *event->mutable_streams()->add_streams() =
            live::describeStream(row, core.registry.find(row.name), renditionsOf(core.ladder, row.name));
    co_return event;
}

/// For everybody who may play without a key: any other stream looks as if nothing were there.
Task<std::shared_ptr<const v1::Event>> playbackEvent(Core &core, std::string name)
{
    Caller anybody;
    const auto allowed = co_await core.gate.mayPlay(name, std::move(anybody), std::string());
    if (!allowed && allowed.error().code == ErrorCode::Unavailable)
        co_return nullptr;
    auto event = std::make_shared<v1::Event>();
    event->set_topic("playback:" + name);
    *event->mutable_playback() =
        live::describePlayback(name, allowed ? core.registry.find(name) : std::nullopt, renditionsOf(core.ladder, name));
    co_return event;
}

Task<std::shared_ptr<const v1::Event>> healthEvent(Core &core)
{
    auto event = std::make_shared<v1::Event>();
    event->set_topic("health");
    *event->mutable_health() = core.health.report();
    co_return event;
}

} // namespace

void registerCalls(Core &core)
{
    live::StreamCallHooks hooks;
    hooks.block = [&core](const std::string &name, std::chrono::seconds duration) { core.gate.block(name, duration); };
    hooks.changed = [&core](const std::string &name) {
        core.gate.forget(name);
        core.pictures.forget(name);
        core.workers.next().spawn("relay", relay::streamChanged(core.store, core.relays, name));
        if (core.streamsChanged)
            core.streamsChanged();
    };
    hooks.mayPlay = [&core](std::string name, Caller caller, std::string token) {
        return core.gate.mayPlay(std::move(name), std::move(caller), std::move(token));
    };
    hooks.makeToken = [&core](std::string_view name, std::chrono::system_clock::time_point expiresAt) {
        return core.playbackTokens.make(name, expiresAt);
    };
    hooks.webAddress = core.webAddress;
    hooks.rtmpAddress = core.rtmpAddress;
    hooks.renditions = [&core](const std::string &name) { return renditionsOf(core.ladder, name); };
    hooks.dvrWindow = [&core] { return core.dvrWindow; };
    hooks.posters = core.pictures.isEnabled();
    hooks.previews = core.pictures.hasLivePreviews();
    live::handleStreamCalls(core.dispatcher, core.store, core.registry, std::move(hooks));
    relay::handleRelayCalls(core.dispatcher, core.store, core.relays, core.credentials);
    record::handleRecordingCalls(core.dispatcher, core.recordings);
    api::handleApiKeyCalls(core.dispatcher, core.keys);
    auto &people = core.accounts;
    api::handleSignInCalls(core.dispatcher, {people.sessions, people.passwords, people.signUps, [&core] { return firstStreamOf(core); },
                                             &people.mailAddresses, &people.securityLetters});
    api::handleAccountCalls(core.dispatcher, people.sessions, people.passwords, people.people, &people.securityLetters);
    api::handleUserCalls(core.dispatcher, people.people, core.webAddress);
    api::handleInvitationCalls(core.dispatcher, people.invitations, core.webAddress);
    api::handleFactorCalls(core.dispatcher, {core.store, people.factors, people.passkeys, people.codes, people.secondFactor, people.stepUp,
                                             people.sessions, &people.securityLetters});
    api::handleMailAddressCalls(core.dispatcher, {people.mailAddresses, people.passwordReset, people.secondFactor, people.stepUp,
                                                  people.factors, core.mail.letters});
    api::handleKeyCalls(core.dispatcher, {core.keys, people.directSignIn, people.guests, people.tickets,
                                          [&people] { return people.allowDirectPassword.load(); }});
    api::handleLifeCalls(core.dispatcher, core.store, people.people);
    api::handleProfileCalls(core.dispatcher, people.profiles);
    api::handleAvatarCalls(core.dispatcher, core.avatars);
    api::handleAuditCalls(core.dispatcher, core.store);
    api::handleOAuth2Calls(core.dispatcher, core.oauth2.signIn, core.oauth2.providers, &people.securityLetters);
    api::handleServerCalls(core.dispatcher, core.store, serverFacts(core));
}

std::shared_ptr<Topics> makeTopics(Core &core)
{
    return std::make_shared<Topics>(core.workers,
                                    Topics::Sources{[&core] { return streamsEvent(core); }, [&core] { return healthEvent(core); },
                                                    [&core](std::string name) { return playbackEvent(core, std::move(name)); }});
}

} // namespace matinee::app
