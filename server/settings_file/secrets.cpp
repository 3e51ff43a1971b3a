#include "settings_file/secrets.h"

#include "settings_file/files.h"

#include "common/settings/value.h"

#include <array>
#include <cerrno>
#include <filesystem>

#include <sys/random.h>
#include <sys/stat.h>

namespace matinee::settings_file {

namespace {

constexpr std::size_t kSecretBytes = 32;

/// 64 hexadecimal digits from the kernel, or nothing where it has none.
std::string freshSecret()
{
    std::array<unsigned char, kSecretBytes> bytes{};
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return {};
        done += static_cast<std::size_t>(got);
    }
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string withoutLineEnd(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text;
}

Result<std::string> makeSecret(const std::string &folder, const std::string &path)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error); // what is wrong shows when the file is written
    if (!error)
        ::chmod(folder.c_str(), 0700);
    const std::string secret = freshSecret();
    if (secret.empty())
        return fail(ErrorCode::Unavailable, "The system gave no random bytes.");
    const Result<void> written = writeNewPrivateFile(path, secret + "\n");
    if (!written && written.error().code == ErrorCode::AlreadyExists) // another start was first; its secret counts
        return readFile(path, settings::kMaxTextLength);
    if (!written)
        return written.error();
    return secret;
}

} // namespace

void fillSecrets(settings::Snapshot &snapshot, const std::string &dataDir, MissingSecrets missing, Problems &problems, Problems &notices)
{
    const std::string folder = dataDir + "/secrets";
    int made = 0;
    for (const settings::Declaration *declaration : settings::declarations()) {
        const std::string key(declaration->key);
        if (declaration->secrecy != settings::Secrecy::Generated || !std::get<std::string>(snapshot.value(*declaration)).empty())
            continue;
        const std::string path = folder + "/" + key;
        Result<std::string> content = readFile(path, settings::kMaxTextLength);
        if (!content && content.error().code == ErrorCode::NotFound) {
            if (missing == MissingSecrets::LeaveEmpty)
                continue;
            content = makeSecret(folder, path);
            made += content ? 1 : 0;
        } else if (content && readableByOthers(path)) {
            const bool corrected = missing == MissingSecrets::Make && ::chmod(path.c_str(), 0600) == 0;
            notices.push_back(
                {path, 0, key,
                 corrected ? "could be read by other users; its mode is 0600 again" : "can be read by other users; give it mode 0600"});
        }
        if (!content) {
            problems.push_back({path, 0, key, content.error().message});
            continue;
        }
        const auto value = settings::parse(*declaration, withoutLineEnd(*content));
        if (!value || std::get<std::string>(*value).empty()) {
            problems.push_back({path, 0, key,
                                "this file is damaged: " + (value ? "it is empty" : value.error().what) +
                                    ". Put it back from a backup; delete it only if a new secret will do"});
            continue;
        }
        snapshot.set(*declaration, *value, {settings::Origin::Generated, path});
    }
    if (made > 0)
        notices.push_back({folder, 0, "", "made " + std::to_string(made) + " secrets; keep a copy of this folder with your backups"});
}

} // namespace matinee::settings_file
