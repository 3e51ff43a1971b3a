#include "app/signing_key_file.h"

#include "app/data_folder.h"
#include "observe/log.h"

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sys/stat.h>

namespace matinee::app {

namespace {

constexpr std::size_t kMostBytes = 8192;

/// Nothing where there is no file.
Result<std::optional<std::string>> readFile(const std::string &path)
{
    std::error_code failure;
    const bool isThere = std::filesystem::exists(path, failure);
    if (!isThere && !failure)
        return std::optional<std::string>();
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file)
        text.assign(std::istreambuf_iterator<char>(file), {});
    if (!file || text.size() > kMostBytes)
        return fail(ErrorCode::FailedPrecondition, "Cannot read " + path + ". Put it back from a backup.");
    return std::optional<std::string>(std::move(text));
}

Error damaged(const std::string &path)
{
    return fail(ErrorCode::FailedPrecondition,
                path +
                    " is damaged. Put it back from a backup, or delete it: people then renew their tokens unseen, and guests enter anew.");
}

} // namespace

std::string signingKeyFile(const std::string &dataDir)
{
    return dataDir + "/secrets/signing-keys.json";
}

Result<accounts::SigningKeys> loadSigningKeys(const std::string &dataDir, const std::string &secret)
{
    const std::string path = signingKeyFile(dataDir);
    const auto text = readFile(path);
    if (!text)
        return text.error();
    if (!*text)
        return accounts::SigningKeys::of(secret);
    if (accounts::belongsToAnotherSecret(**text, secret)) {
        log::warn("accounts", "{} was made under another jwt.secret and does not count.", path);
        return accounts::SigningKeys::of(secret);
    }
    auto keys = accounts::SigningKeys::parse(**text, secret);
    if (!keys)
        return damaged(path);
    return keys;
}

Result<void> rotateSigningKeys(const std::string &dataDir, const std::string &secret, accounts::KeyRing::Time now)
{
    auto keys = loadSigningKeys(dataDir, secret);
    if (!keys)
        return keys.error();
    if (sodium_init() < 0)
        return fail(ErrorCode::Unavailable, "libsodium found no source of randomness.");
    accounts::SigningKeys::Seeds seeds{};
    randombytes_buf(seeds.access.data(), seeds.access.size());
    randombytes_buf(seeds.guests.data(), seeds.guests.size());
    auto rotated = keys->rotate(seeds, now);
    sodium_memzero(seeds.access.data(), seeds.access.size());
    sodium_memzero(seeds.guests.data(), seeds.guests.size());
    if (!rotated)
        return rotated;
    const std::string path = signingKeyFile(dataDir);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    std::error_code failure;
    if (std::filesystem::create_directories(folder, failure))
        ::chmod(folder.c_str(), 0700);
    if (failure)
        return fail(ErrorCode::Unavailable, "The folder " + folder + " cannot be made: " + failure.message() + ".");
    return writePrivateFile(path, keys->serialised(secret) + "\n");
}

} // namespace matinee::app
