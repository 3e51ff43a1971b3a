#include "api/factor_calls.h"

#include "accounts/factor_reset.h"
#include "accounts/session_freshness.h"
#include "api/account_messages.h"
#include "api/timestamps.h"
#include "store/totp.h"

#include "matinee/v1/factors.pb.h"

namespace matinee::api {

namespace {

using Services = std::shared_ptr<const FactorServices>;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

/// Its owner learns of it by letter, so that nobody else does it unseen.
void tell(const FactorServices &services, const std::string &userId, const Caller &caller, mail::Change change, std::string detail = {})
{
    if (!services.letters)
        return;
    const accounts::SessionOrigin origin = originOf(caller);
    services.letters->changed(userId, change, std::move(detail), {origin.device, origin.address}, now());
}

v1::Passkey describePasskey(const store::PasskeyRow &row, const accounts::FactorPolicy &policy)
{
    v1::Passkey passkey;
    passkey.set_id(row.id);
    passkey.set_name(row.name);
    *passkey.mutable_created_at() = toTimestamp(row.createdAt);
    if (row.lastUsedAt)
        *passkey.mutable_last_used_at() = toTimestamp(*row.lastUsedAt);
    passkey.set_synchronised(row.backedUp);
    passkey.set_works_here(!policy.rpId().empty() && row.rpId == policy.rpId());
    return passkey;
}

Result<v1::Factors> factorsIn(store::Transaction &tx, const std::string &userId, const accounts::FactorPolicy &policy)
{
    const auto user = store::findUser(tx, userId);
    if (!user)
        return user.error();
    if (!*user)
        return fail(ErrorCode::NotFound, "This account is gone.");
    const auto own = accounts::ownFactors(tx, **user, policy);
    if (!own)
        return own.error();
    const auto passkeys = store::listPasskeysOfUser(tx, userId);
    if (!passkeys)
        return passkeys.error();
    const auto totp = store::findTotp(tx, userId);
    if (!totp)
        return totp.error();
    v1::Factors factors;
    for (const store::PasskeyRow &row : *passkeys)
        *factors.add_passkeys() = describePasskey(row, policy);
    factors.set_passkeys_possible(!policy.rpId().empty());
    if (*totp)
        *factors.mutable_totp_since() = toTimestamp((*totp)->createdAt);
    factors.set_recovery_codes(static_cast<std::uint32_t>(own->recoveryCodes));
    factors.set_has_password(own->hasPassword);
    const auto role = accounts::roleOf((*user)->role);
    factors.set_second_factor_required(role && policy.demandsTwo(*role));
    factors.set_has_second_factor(own->hasSecond());
    return factors;
}

Task<Result<v1::Factors>> getMyFactors(Services services, const Caller &caller)
{
    std::function<Result<v1::Factors>(store::Transaction &)> job = [services, userId = caller.userId](store::Transaction &tx) {
        return factorsIn(tx, userId, services->policy);
    };
    co_return co_await services->store.read<v1::Factors>(std::move(job));
}

Task<Result<v1::BeginPasskeyResponse>> beginPasskey(Services services, const Caller &caller)
{
    Result<accounts::Passkeys::Begun> begun = co_await services->passkeys.beginAdding(personOf(caller), now());
    if (!begun)
        co_return begun.error();
    v1::BeginPasskeyResponse answer;
    answer.set_registration_id(begun->id);
    answer.set_options_json(begun->optionsJson);
    co_return answer;
}

Task<Result<v1::FinishPasskeyResponse>> finishPasskey(Services services, const Caller &caller, const v1::FinishPasskeyRequest &request)
{
    Result<accounts::Passkeys::Added> added = co_await services->passkeys.finishAdding(personOf(caller), request.registration_id(),
                                                                                       request.credential_json(), request.name(), now());
    if (!added)
        co_return added.error();
    tell(*services, caller.userId, caller, mail::Change::PasskeyAdded, added->passkey.name);
    v1::FinishPasskeyResponse answer;
    *answer.mutable_passkey() = describePasskey(added->passkey, services->policy);
    for (const std::string &code : added->recoveryCodes)
        answer.add_recovery_codes(code);
    co_return answer;
}

Task<Result<v1::Passkey>> renamePasskey(Services services, const Caller &caller, const v1::RenamePasskeyRequest &request)
{
    Result<store::PasskeyRow> row = co_await services->passkeys.rename(personOf(caller), request.id(), request.name());
    if (!row)
        co_return row.error();
    co_return describePasskey(*row, services->policy);
}

Task<Result<v1::RemoveFactorResponse>> removePasskey(Services services, const Caller &caller, const v1::RemovePasskeyRequest &request)
{
    const Result<std::string> removed = co_await services->passkeys.remove(personOf(caller), request.id());
    if (!removed)
        co_return removed.error();
    tell(*services, caller.userId, caller, mail::Change::PasskeyRemoved, *removed);
    co_return v1::RemoveFactorResponse();
}

Task<Result<v1::BeginTotpResponse>> beginTotp(Services services, const Caller &caller)
{
    Result<accounts::OneTimeCodes::Begun> begun = co_await services->codes.beginTotp(personOf(caller), now());
    if (!begun)
        co_return begun.error();
    v1::BeginTotpResponse answer;
    answer.set_totp_id(begun->id);
    answer.set_secret(begun->secret);
    answer.set_address(begun->address);
    co_return answer;
}

Task<Result<v1::FinishTotpResponse>> finishTotp(Services services, const Caller &caller, const v1::FinishTotpRequest &request)
{
    const Result<std::vector<std::string>> codes =
        co_await services->codes.finishTotp(personOf(caller), request.totp_id(), request.code(), now());
    if (!codes)
        co_return codes.error();
    tell(*services, caller.userId, caller, mail::Change::AppAdded);
    v1::FinishTotpResponse answer;
    for (const std::string &code : *codes)
        answer.add_recovery_codes(code);
    co_return answer;
}

Task<Result<v1::RemoveFactorResponse>> removeTotp(Services services, const Caller &caller)
{
    const Result<void> removed = co_await services->codes.removeTotp(personOf(caller));
    if (!removed)
        co_return removed.error();
    tell(*services, caller.userId, caller, mail::Change::AppRemoved);
    co_return v1::RemoveFactorResponse();
}

Task<Result<v1::RecoveryCodes>> makeRecoveryCodes(Services services, const Caller &caller)
{
    const Result<std::vector<std::string>> codes = co_await services->codes.makeRecoveryCodes(personOf(caller), now());
    if (!codes)
        co_return codes.error();
    tell(*services, caller.userId, caller, mail::Change::RecoveryCodesMade);
    v1::RecoveryCodes answer;
    for (const std::string &code : *codes)
        answer.add_codes(code);
    co_return answer;
}

Task<Result<v1::BeginPasskeySignInResponse>> beginPasskeySignIn(Services services)
{
    const Result<accounts::Passkeys::Begun> begun = services->passkeys.beginSignIn(now());
    if (!begun)
        co_return begun.error();
    v1::BeginPasskeySignInResponse answer;
    answer.set_sign_in_id(begun->id);
    answer.set_options_json(begun->optionsJson);
    co_return answer;
}

Task<Result<v1::SignInResponse>> finishPasskeySignIn(Services services, const Caller &caller, const v1::FinishPasskeySignInRequest &request)
{
    Result<accounts::SignInOutcome> outcome =
        co_await services->passkeys.finishSignIn(request.sign_in_id(), request.credential_json(), originOf(caller), now());
    if (!outcome)
        co_return outcome.error();
    co_return describeOutcome(*outcome, now());
}

Task<Result<v1::BeginSecondFactorPasskeyResponse>> beginSecondFactorPasskey(Services services,
                                                                            const v1::BeginSecondFactorPasskeyRequest &request)
{
    const Result<std::string> options = co_await services->secondFactor.beginPasskey(request.challenge_id(), now());
    if (!options)
        co_return options.error();
    v1::BeginSecondFactorPasskeyResponse answer;
    answer.set_options_json(*options);
    co_return answer;
}

Task<Result<v1::SignInResponse>> finishSecondFactor(Services services, const Caller &caller, const v1::FinishSecondFactorRequest &request)
{
    accounts::SecondFactor::Proof proof;
    proof.totpCode = request.totp_code();
    proof.recoveryCode = request.recovery_code();
    proof.passkeyJson = request.credential_json();
    proof.mailCode = request.mail_code();
    Result<accounts::SignInOutcome> outcome =
        co_await services->secondFactor.finish(request.challenge_id(), std::move(proof), originOf(caller), now());
    if (!outcome)
        co_return outcome.error();
    co_return describeOutcome(*outcome, now());
}

Task<Result<v1::BeginStepUpResponse>> beginStepUp(Services services, const Caller &caller, const v1::BeginStepUpRequest &request)
{
    Result<accounts::StepUp::Begun> begun = co_await services->stepUp.begin(personOf(caller), request.ke1(), caller.address, now());
    if (!begun)
        co_return begun.error();
    v1::BeginStepUpResponse answer;
    answer.set_step_up_id(begun->id);
    for (const accounts::Factor kind : begun->kinds)
        answer.add_kinds(std::string(accounts::factorName(kind)));
    answer.set_ke2(begun->ke2);
    answer.set_options_json(begun->passkeyJson);
    co_return answer;
}

Task<Result<v1::FinishStepUpResponse>> finishStepUp(Services services, const Caller &caller, const v1::FinishStepUpRequest &request)
{
    accounts::StepUp::Proof proof;
    proof.ke3 = request.ke3();
    proof.totpCode = request.totp_code();
    proof.passkeyJson = request.credential_json();
    proof.mailCode = request.mail_code();
    const Result<void> proved =
        co_await services->stepUp.finish(personOf(caller), request.step_up_id(), std::move(proof), caller.address, now());
    if (!proved)
        co_return proved.error();
    v1::FinishStepUpResponse answer;
    answer.set_fresh_for_seconds(static_cast<std::uint32_t>(accounts::kFreshFor.count()));
    co_return answer;
}

Task<Result<v1::User>> resetUserFactors(Services services, const Caller &caller, const v1::ResetUserFactorsRequest &request)
{
    const Result<store::UserRow> user =
        co_await accounts::resetFactors(services->store, services->sessions, request.user(), actorOf(caller), now());
    if (!user)
        co_return user.error();
    if (services->letters)
        services->letters->changed(user->id, mail::Change::FactorsReset, {}, {}, now());
    co_return describeUser(*user, now());
}

void handleOwnFactors(Dispatcher &dispatcher, const Services &services)
{
    dispatcher.handle<v1::GetMyFactorsRequest, v1::Factors>(
        "matinee.v1.FactorService/GetMyFactors",
        [services](const Caller &caller, const v1::GetMyFactorsRequest &) { return getMyFactors(services, caller); });
    dispatcher.handle<v1::BeginPasskeyRequest, v1::BeginPasskeyResponse>(
        "matinee.v1.FactorService/BeginPasskey",
        [services](const Caller &caller, const v1::BeginPasskeyRequest &) { return beginPasskey(services, caller); });
    dispatcher.handle<v1::FinishPasskeyRequest, v1::FinishPasskeyResponse>(
        "matinee.v1.FactorService/FinishPasskey",
        [services](const Caller &caller, const v1::FinishPasskeyRequest &request) { return finishPasskey(services, caller, request); });
    dispatcher.handle<v1::RenamePasskeyRequest, v1::Passkey>(
        "matinee.v1.FactorService/RenamePasskey",
        [services](const Caller &caller, const v1::RenamePasskeyRequest &request) { return renamePasskey(services, caller, request); });
    dispatcher.handle<v1::RemovePasskeyRequest, v1::RemoveFactorResponse>(
        "matinee.v1.FactorService/RemovePasskey",
        [services](const Caller &caller, const v1::RemovePasskeyRequest &request) { return removePasskey(services, caller, request); });
    dispatcher.handle<v1::BeginTotpRequest, v1::BeginTotpResponse>(
        "matinee.v1.FactorService/BeginTotp",
        [services](const Caller &caller, const v1::BeginTotpRequest &) { return beginTotp(services, caller); });
    dispatcher.handle<v1::FinishTotpRequest, v1::FinishTotpResponse>(
        "matinee.v1.FactorService/FinishTotp",
        [services](const Caller &caller, const v1::FinishTotpRequest &request) { return finishTotp(services, caller, request); });
    dispatcher.handle<v1::RemoveTotpRequest, v1::RemoveFactorResponse>(
        "matinee.v1.FactorService/RemoveTotp",
        [services](const Caller &caller, const v1::RemoveTotpRequest &) { return removeTotp(services, caller); });
    dispatcher.handle<v1::MakeRecoveryCodesRequest, v1::RecoveryCodes>(
        "matinee.v1.FactorService/MakeRecoveryCodes",
        [services](const Caller &caller, const v1::MakeRecoveryCodesRequest &) { return makeRecoveryCodes(services, caller); });
}

} // namespace

void handleFactorCalls(Dispatcher &dispatcher, FactorServices services)
{
    const auto shared = std::make_shared<const FactorServices>(services);
    handleOwnFactors(dispatcher, shared);
    dispatcher.handle<v1::ResetUserFactorsRequest, v1::User>(
        "matinee.v1.UserFactorService/ResetUserFactors",
        [shared](const Caller &caller, const v1::ResetUserFactorsRequest &request) { return resetUserFactors(shared, caller, request); });
    dispatcher.handle<v1::BeginPasskeySignInRequest, v1::BeginPasskeySignInResponse>(
        "matinee.v1.PasskeySignInService/BeginPasskeySignIn",
        [shared](const Caller &, const v1::BeginPasskeySignInRequest &) { return beginPasskeySignIn(shared); });
    dispatcher.handle<v1::FinishPasskeySignInRequest, v1::SignInResponse>(
        "matinee.v1.PasskeySignInService/FinishPasskeySignIn",
        [shared](const Caller &caller, const v1::FinishPasskeySignInRequest &request) {
            return finishPasskeySignIn(shared, caller, request);
        });
    dispatcher.handle<v1::BeginSecondFactorPasskeyRequest, v1::BeginSecondFactorPasskeyResponse>(
        "matinee.v1.SecondFactorService/BeginSecondFactorPasskey",
        [shared](const Caller &, const v1::BeginSecondFactorPasskeyRequest &request) { return beginSecondFactorPasskey(shared, request); });
    dispatcher.handle<v1::FinishSecondFactorRequest, v1::SignInResponse>(
        "matinee.v1.SecondFactorService/FinishSecondFactor", [shared](const Caller &caller, const v1::FinishSecondFactorRequest &request) {
            return finishSecondFactor(shared, caller, request);
        });
    dispatcher.handle<v1::BeginStepUpRequest, v1::BeginStepUpResponse>(
        "matinee.v1.StepUpService/BeginStepUp",
        [shared](const Caller &caller, const v1::BeginStepUpRequest &request) { return beginStepUp(shared, caller, request); });
    dispatcher.handle<v1::FinishStepUpRequest, v1::FinishStepUpResponse>(
        "matinee.v1.StepUpService/FinishStepUp",
        [shared](const Caller &caller, const v1::FinishStepUpRequest &request) { return finishStepUp(shared, caller, request); });
}

} // namespace matinee::api
