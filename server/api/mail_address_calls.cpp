#include "api/mail_address_calls.h"

#include "api/account_messages.h"
#include "api/mail_address_messages.h"

namespace matinee::api {

namespace {

using Services = std::shared_ptr<const MailServices>;
using accounts::MailAddresses;

accounts::SystemTime now()
{
    return std::chrono::system_clock::now();
}

v1::MailAddresses described(const MailServices &services, const MailAddresses::Own &own)
{
    v1::MailAddresses message;
    for (const store::MailAddressRow &row : own.addresses)
        *message.add_addresses() = describeMailAddress(row);
    message.set_mail_possible(services.letters.ready().has_value());
    message.set_new_device_letters(own.preferences.newDeviceLetters);
    message.set_mail_codes_possible(services.policy.allowsMailCodes());
    message.set_mail_codes(own.preferences.codes);
    return message;
}

v1::SentCode described(const accounts::MailCodes::Sent &sent)
{
    v1::SentCode message;
    message.set_address(sent.address);
    message.set_good_for_seconds(static_cast<std::uint32_t>(sent.goodFor.count()));
    return message;
}

accounts::Letters::Place placeOf(const Caller &caller)
{
    const accounts::SessionOrigin origin = originOf(caller);
    return {origin.device, origin.address};
}

Task<Result<v1::MailAddresses>> listMine(Services services, const Caller &caller)
{
    const Result<MailAddresses::Own> own = co_await services->addresses.list(caller.userId);
    if (!own)
        co_return own.error();
    co_return described(*services, *own);
}

Task<Result<v1::MailAddress>> addMine(Services services, const Caller &caller, const v1::AddMyMailAddressRequest &request)
{
    const Result<store::MailAddressRow> row = co_await services->addresses.add(personOf(caller), request.address(), actorOf(caller), now());
    if (!row)
        co_return row.error();
    co_return describeMailAddress(*row);
}

Task<Result<v1::SendMyMailAddressLetterResponse>> sendLetter(Services services, const Caller &caller,
                                                             const v1::SendMyMailAddressLetterRequest &request)
{
    const Result<void> sent = co_await services->addresses.sendLetter(personOf(caller), request.id(), now());
    if (!sent)
        co_return sent.error();
    co_return v1::SendMyMailAddressLetterResponse();
}

Task<Result<v1::MailAddress>> makePrimary(Services services, const Caller &caller, const v1::MakeMyMailAddressPrimaryRequest &request)
{
    const Result<store::MailAddressRow> row =
        co_await services->addresses.makePrimary(personOf(caller), request.id(), placeOf(caller), actorOf(caller), now());
    if (!row)
        co_return row.error();
    co_return describeMailAddress(*row);
}

Task<Result<v1::RemoveMailAddressResponse>> removeMine(Services services, const Caller &caller,
                                                       const v1::RemoveMyMailAddressRequest &request)
{
    const Result<void> removed =
        co_await services->addresses.remove(personOf(caller), request.id(), placeOf(caller), actorOf(caller), now());
    if (!removed)
        co_return removed.error();
    co_return v1::RemoveMailAddressResponse();
}

Task<Result<v1::MailAddresses>> setLetters(Services services, const Caller &caller, const v1::SetMyLettersRequest &request)
{
    MailAddresses::Wanted wanted;
    if (request.has_new_device_letters())
        wanted.newDeviceLetters = request.new_device_letters();
    if (request.has_mail_codes())
        wanted.codes = request.mail_codes();
    const Result<MailAddresses::Own> own =
        co_await services->addresses.setPreferences(personOf(caller), wanted, placeOf(caller), actorOf(caller), now());
    if (!own)
        co_return own.error();
    co_return described(*services, *own);
}

Task<Result<v1::ConfirmMailAddressResponse>> confirm(Services services, const Caller &caller, const v1::ConfirmMailAddressRequest &request)
{
    const Result<MailAddresses::Confirmed> confirmed =
        co_await services->addresses.confirm(request.token(), placeOf(caller), caller.note, now());
    if (!confirmed)
        co_return confirmed.error();
    v1::ConfirmMailAddressResponse answer;
    answer.set_address(confirmed->address);
    answer.set_outcome(std::string(accounts::cameName(confirmed->outcome)));
    co_return answer;
}

Task<Result<v1::RequestPasswordResetResponse>> requestReset(Services services, const Caller &caller,
                                                            const v1::RequestPasswordResetRequest &request)
{
    const Result<void> asked = services->passwordReset.request(request.account(), caller.address, caller.note, now());
    if (!asked)
        co_return asked.error();
    co_return v1::RequestPasswordResetResponse();
}

Task<Result<v1::SentCode>> sendSecondFactorCode(Services services, const v1::SendSecondFactorCodeRequest &request)
{
    const Result<accounts::MailCodes::Sent> sent = co_await services->secondFactor.sendMailCode(request.challenge_id(), now());
    if (!sent)
        co_return sent.error();
    co_return described(*sent);
}

Task<Result<v1::SentCode>> sendStepUpCode(Services services, const Caller &caller, const v1::SendStepUpCodeRequest &request)
{
    const Result<accounts::MailCodes::Sent> sent = co_await services->stepUp.sendMailCode(personOf(caller), request.step_up_id(), now());
    if (!sent)
        co_return sent.error();
    co_return described(*sent);
}

Task<Result<v1::MailAddresses>> listOfUser(Services services, const v1::ListUserMailAddressesRequest &request)
{
    const Result<MailAddresses::Own> own = co_await services->addresses.listOf(request.user());
    if (!own)
        co_return own.error();
    co_return described(*services, *own);
}

Task<Result<v1::MailAddress>> addForUser(Services services, const Caller &caller, const v1::AddUserMailAddressRequest &request)
{
    const Result<store::MailAddressRow> row =
        co_await services->addresses.addFor(request.user(), request.address(), request.verified(), actorOf(caller), now());
    if (!row)
        co_return row.error();
    co_return describeMailAddress(*row);
}

Task<Result<v1::RemoveMailAddressResponse>> removeForUser(Services services, const Caller &caller,
                                                          const v1::RemoveUserMailAddressRequest &request)
{
    if (caller.note) // also where there is no such address: what was asked for is in the log either way
        caller.note->subject = request.user().substr(0, 128) + " " + accounts::veiledAddress(request.address());
    const Result<void> removed = co_await services->addresses.removeFor(request.user(), request.address(), actorOf(caller), now());
    if (!removed)
        co_return removed.error();
    co_return v1::RemoveMailAddressResponse();
}

void handleOwn(Dispatcher &dispatcher, const Services &services)
{
    dispatcher.handle<v1::ListMyMailAddressesRequest, v1::MailAddresses>(
        "matinee.v1.MailAddressService/ListMyMailAddresses",
        [services](const Caller &caller, const v1::ListMyMailAddressesRequest &) { return listMine(services, caller); });
    dispatcher.handle<v1::AddMyMailAddressRequest, v1::MailAddress>(
        "matinee.v1.MailAddressService/AddMyMailAddress",
        [services](const Caller &caller, const v1::AddMyMailAddressRequest &request) { return addMine(services, caller, request); });
    dispatcher.handle<v1::SendMyMailAddressLetterRequest, v1::SendMyMailAddressLetterResponse>(
        "matinee.v1.MailAddressService/SendMyMailAddressLetter",
        [services](const Caller &caller, const v1::SendMyMailAddressLetterRequest &request) {
            return sendLetter(services, caller, request);
        });
    dispatcher.handle<v1::MakeMyMailAddressPrimaryRequest, v1::MailAddress>(
        "matinee.v1.MailAddressService/MakeMyMailAddressPrimary",
        [services](const Caller &caller, const v1::MakeMyMailAddressPrimaryRequest &request) {
            return makePrimary(services, caller, request);
        });
    dispatcher.handle<v1::RemoveMyMailAddressRequest, v1::RemoveMailAddressResponse>(
        "matinee.v1.MailAddressService/RemoveMyMailAddress",
        [services](const Caller &caller, const v1::RemoveMyMailAddressRequest &request) { return removeMine(services, caller, request); });
    dispatcher.handle<v1::SetMyLettersRequest, v1::MailAddresses>(
        "matinee.v1.MailAddressService/SetMyLetters",
        [services](const Caller &caller, const v1::SetMyLettersRequest &request) { return setLetters(services, caller, request); });
}

void handleLinksAndCodes(Dispatcher &dispatcher, const Services &services)
{
    dispatcher.handle<v1::ConfirmMailAddressRequest, v1::ConfirmMailAddressResponse>(
        "matinee.v1.MailLinkService/ConfirmMailAddress",
        [services](const Caller &caller, const v1::ConfirmMailAddressRequest &request) { return confirm(services, caller, request); });
    dispatcher.handle<v1::RequestPasswordResetRequest, v1::RequestPasswordResetResponse>(
        "matinee.v1.MailLinkService/RequestPasswordReset",
        [services](const Caller &caller, const v1::RequestPasswordResetRequest &request) {
            return requestReset(services, caller, request);
        });
    dispatcher.handle<v1::SendSecondFactorCodeRequest, v1::SentCode>(
        "matinee.v1.MailCodeService/SendSecondFactorCode",
        [services](const Caller &, const v1::SendSecondFactorCodeRequest &request) { return sendSecondFactorCode(services, request); });
    dispatcher.handle<v1::SendStepUpCodeRequest, v1::SentCode>(
        "matinee.v1.MailCodeService/SendStepUpCode",
        [services](const Caller &caller, const v1::SendStepUpCodeRequest &request) { return sendStepUpCode(services, caller, request); });
}

} // namespace

void handleMailAddressCalls(Dispatcher &dispatcher, MailServices services)
{
    const auto shared = std::make_shared<const MailServices>(services);
    handleOwn(dispatcher, shared);
    handleLinksAndCodes(dispatcher, shared);
    dispatcher.handle<v1::ListUserMailAddressesRequest, v1::MailAddresses>(
        "matinee.v1.UserMailAddressService/ListUserMailAddresses",
        [shared](const Caller &, const v1::ListUserMailAddressesRequest &request) { return listOfUser(shared, request); });
    dispatcher.handle<v1::AddUserMailAddressRequest, v1::MailAddress>(
        "matinee.v1.UserMailAddressService/AddUserMailAddress",
        [shared](const Caller &caller, const v1::AddUserMailAddressRequest &request) { return addForUser(shared, caller, request); });
    dispatcher.handle<v1::RemoveUserMailAddressRequest, v1::RemoveMailAddressResponse>(
        "matinee.v1.UserMailAddressService/RemoveUserMailAddress",
        [shared](const Caller &caller, const v1::RemoveUserMailAddressRequest &request) { return removeForUser(shared, caller, request); });
}

} // namespace matinee::api
