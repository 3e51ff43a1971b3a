#include "accounts/direct_sign_in.h"

#include "accounts/password_records.h"

#include "common/opaque/client.h"

#include <QString>
#include <QStringDecoder>

#include <sodium.h>

namespace matinee::accounts {

namespace {

constexpr std::chrono::seconds kComeAgain{2};

/// In the one form that OPAQUE takes (NFC). Nothing for what is no UTF-8.
std::optional<std::string> normalized(const std::string &password)
{
    QStringDecoder decode(QStringDecoder::Utf8);
    const QString text = decode(QByteArrayView(password.data(), static_cast<qsizetype>(password.size())));
    if (decode.hasError())
        return std::nullopt;
    return text.normalized(QString::NormalizationForm_C).toStdString();
}

Error tooMany()
{
    Error error = fail(ErrorCode::Unavailable, "Too many are signing in this way at the moment. Try again in a few seconds.");
    error.retryAfter = kComeAgain;
    return error;
}

/// The client's side of one sign-in.
struct Attempt
{
    Attempt(opaque::ClientLogin client, std::string text) : login(std::move(client)), password(std::move(text)) {}
    ~Attempt() { sodium_memzero(password.data(), password.size()); }
    Attempt(const Attempt &) = delete;
    Attempt &operator=(const Attempt &) = delete;

    opaque::ClientLogin login;
    std::string password;
    std::string ke2;
    std::array<std::uint8_t, opaque::LoginFinish::kSize> ke3{}; ///< Zeros, which never are right, where the client does not accept.
    bool hadMemory = true;

    void finish(const opaque::KeyStretching &stretching)
    {
        const auto done = std::move(login).finish(opaqueBytes(password), opaqueBytes(ke2), stretching);
        if (done)
            ke3 = done->finish;
        else
            hadMemory = done.error() != opaque::OpaqueError::NoMemory;
    }
};

} // namespace

DirectSignIn::DirectSignIn(Passwords &passwords, opaque::KeyStretching stretching, std::size_t threads, std::size_t mostWaiting)
    : m_passwords(passwords), m_stretching(stretching), m_threads(threads, mostWaiting)
{
}

Task<Result<SignInOutcome>> DirectSignIn::signIn(std::string name, std::string password, SessionOrigin origin, SystemTime now)
{
    if (password.empty() || password.size() > kMostPasswordBytes)
        co_return Result<SignInOutcome>(fail(ErrorCode::InvalidArgument, "A password has 1 to 1,024 bytes here.", "password"));
    auto text = normalized(password);
    sodium_memzero(password.data(), password.size());
    if (!text)
        co_return Result<SignInOutcome>(fail(ErrorCode::InvalidArgument, "The password is no UTF-8.", "password"));
    // First, so that who is sent away has not used up a guess.
    if (m_threads.isFull())
        co_return Result<SignInOutcome>(tooMany());
    auto login = opaque::ClientLogin::start(opaqueBytes(*text));
    if (!login)
        co_return Result<SignInOutcome>(fail(ErrorCode::InvalidArgument, "This can be nobody's password.", "password"));
    const std::string ke1 = textOfMessage(login->request());
    auto attempt = std::make_shared<Attempt>(std::move(*login), std::move(*text));
    auto begun = co_await m_passwords.beginSignIn(std::move(name), ke1, origin.address, now);
    if (!begun)
        co_return Result<SignInOutcome>(begun.error());
    attempt->ke2 = std::move(begun->ke2);
    const opaque::KeyStretching stretching = m_stretching;
    std::function<void()> job = [attempt, stretching] { attempt->finish(stretching); };
    const bool isDone = co_await m_threads.run(std::move(job));
    if (!isDone || !attempt->hadMemory)
        co_return Result<SignInOutcome>(tooMany());
    const std::string ke3 = textOfMessage(attempt->ke3);
    co_return co_await m_passwords.finishSignIn(begun->id, ke3, std::move(origin), now);
}

} // namespace matinee::accounts
