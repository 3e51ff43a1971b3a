#include "mail/smtp.h"

#include "mail/open_sockets.h"
#include "mail/wire/conversation.h"
#include "mail/wire/utf8.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

namespace matinee::mail {

namespace {

struct Transfer
{
    const std::string &message;
    const std::stop_token &stop;
    Conversation conversation;
    std::size_t taken = 0;
};

std::size_t onRead(char *room, std::size_t size, std::size_t count, void *context)
{
    auto &transfer = *static_cast<Transfer *>(context);
    const std::size_t length = std::min(size * count, transfer.message.size() - transfer.taken);
    std::memcpy(room, transfer.message.data() + transfer.taken, length);
    transfer.taken += length;
    return length;
}

int onTrace(CURL *, curl_infotype type, char *data, std::size_t size, void *context)
{
    auto &transfer = *static_cast<Transfer *>(context);
    if (type == CURLINFO_HEADER_OUT)
        transfer.conversation.sent({data, size});
    else if (type == CURLINFO_HEADER_IN)
        transfer.conversation.received({data, size});
    return 0;
}

int onProgress(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<Transfer *>(context)->stop.stop_requested() ? 1 : 0;
}

std::string urlOf(const SmtpServer &server, const Envelope &envelope)
{
    const std::string host = server.host.find(':') != std::string::npos ? "[" + server.host + "]" : server.host;
    // The path is the name we greet with.
    return (server.security == Security::Tls ? "smtps://" : "smtp://") + host + ":" + std::to_string(server.port) + "/" +
           envelope.from.domain();
}

bool isTlsFault(CURLcode result)
{
    constexpr std::array faults{CURLE_USE_SSL_FAILED, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM,
                                CURLE_SSL_CIPHER,     CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_ISSUER_ERROR,  CURLE_SSL_INVALIDCERTSTATUS,
                                CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_NOTFOUND};
    return std::find(faults.begin(), faults.end(), result) != faults.end();
}

/// Should a server repeat what it was sent.
std::string without(std::string text, const std::string &secret)
{
    for (auto at = secret.size() < 4 ? std::string::npos : text.find(secret); at != std::string::npos; at = text.find(secret, at))
        text.replace(at, secret.size(), "***");
    return text;
}

/// What the end of a transfer means for the mail.
std::pair<Outcome, Cause> judged(CURLcode result, const Conversation &talk, bool stopped)
{
    using Stage = Conversation::Stage;
    // The answer to the mail itself decides: what breaks after it (QUIT) takes nothing back.
    if (result == CURLE_OK || talk.stage() == Stage::Accepted)
        return {Outcome::Sent, Cause::None};
    if (stopped)
        return {Outcome::Later, Cause::Stopped};
    if (isTlsFault(result))
        return {Outcome::Later, Cause::Tls};
    const int code = talk.waiting() ? 0 : talk.code();
    if (result == CURLE_LOGIN_DENIED || code == 530 || code == 534 || code == 535 || code == 538)
        return {Outcome::Later, Cause::SignIn};
    if (talk.stage() == Stage::StartTls)
        return {Outcome::Later, Cause::Tls};
    // Before the sender's address nothing is said about this mail; 421 is about the server whenever it comes (RFC 5321, section 3.8).
    const bool aboutTheMail = talk.stage() == Stage::Sender || talk.stage() == Stage::Recipient || talk.stage() == Stage::Content;
    if (aboutTheMail && code >= 400 && code < 500 && code != 421)
        return {Outcome::Later, Cause::Deferred};
    if (aboutTheMail && code >= 500)
        return {Outcome::Refused, Cause::Refused};
    return {Outcome::Later, Cause::Network};
}

std::string wordsOf(CURLcode result, Cause cause, const Conversation &talk, const char *detail)
{
    const std::string reason = detail[0] != '\0' ? detail : curl_easy_strerror(result);
    switch (cause) {
    case Cause::None:
    case Cause::Deferred:
    case Cause::Refused:
        return talk.words();
    case Cause::SignIn:
        return "The mail server does not let us in: " + talk.words();
    case Cause::Tls:
        if (result == CURLE_USE_SSL_FAILED || result == CURLE_WEIRD_SERVER_REPLY)
            return "The mail server offers no STARTTLS, so nothing was sent to it.";
        return "TLS with the mail server failed: " + reason;
    case Cause::Stopped:
        return "Stopped.";
    case Cause::Network:
        break;
    }
    return reason + (talk.code() >= 400 && !talk.waiting() ? " (" + talk.words() + ")" : "");
}

bool startCurl()
{
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return started;
}

} // namespace

Delivery deliver(const SmtpServer &server, const Envelope &envelope, const std::stop_token &stop)
{
    Delivery delivery;
    OpenSockets sockets;
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(startCurl() ? curl_easy_init() : nullptr, curl_easy_cleanup);
    if (!handle) {
        delivery.words = "libcurl could not be started.";
        return delivery;
    }
    CURL *curl = handle.get();
    Transfer transfer{envelope.message, stop, Conversation(server.security == Security::Tls)};
    const std::string from = "<" + envelope.from.text() + ">";
    const std::string to = "<" + envelope.to.text() + ">";
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(curl_slist_append(nullptr, to.c_str()),
                                                                                 curl_slist_free_all);
    std::array<char, CURL_ERROR_SIZE> detail{};
    curl_easy_setopt(curl, CURLOPT_URL, urlOf(server, envelope).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); // not from the environment
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(kConnectTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(kDeliveryTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(kDeliveryTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(server.security == Security::None ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!server.caFile.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, server.caFile.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr); // only those of the file
    }
    if (!server.username.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server.username.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(envelope.message.size()));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, onRead);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); // for the trace alone; nothing is printed
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, onTrace);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, onProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
    sockets.attach(curl);
    CURLcode result = CURLE_OK;
    {
        const std::stop_callback onStop(stop, [&sockets] { sockets.breakOff(); });
        result = curl_easy_perform(curl);
    }

    std::tie(delivery.outcome, delivery.cause) = judged(result, transfer.conversation, stop.stop_requested());
    delivery.words =
        without(oneLine(wordsOf(result, delivery.cause, transfer.conversation, detail.data()), kMaxServerWords), server.password);
    for (const std::string &step : transfer.conversation.steps())
        delivery.steps.push_back(without(step, server.password));
    return delivery;
}

std::string_view causeName(Cause cause)
{
    switch (cause) {
    case Cause::None:
        return "none";
    case Cause::Tls:
        return "tls";
    case Cause::SignIn:
        return "sign_in";
    case Cause::Deferred:
        return "deferred";
    case Cause::Refused:
        return "refused";
    case Cause::Stopped:
        return "stopped";
    case Cause::Network:
        break;
    }
    return "network";
}

} // namespace matinee::mail
