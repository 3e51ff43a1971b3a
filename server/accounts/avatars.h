// People's pictures: what they upload is made anew by a confined process (pictures/workshop.h), and only what that made is kept. Owned by
// app; its Tasks may be awaited on any worker.
#pragma once

#include "accounts/people.h"
#include "store/avatars.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace matinee::accounts {

/// "/avatars/u7k2q….jpg?v=3f9c…"; "" where there is no tag. Other bytes have another tag.
[[nodiscard]] std::string avatarPath(const std::string &userId, const std::string &tag);

class Avatars
{
public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::size_t kMostBytes = std::size_t{4} << 20; ///< Of a file.
    static constexpr int kMostAtOnce = 4;                           ///< Being made, of all people; each holds its file.
    static constexpr int kMostReads = 64;                           ///< At a time: strangers ask for them as well.

    /// A file becomes a JPEG. InvalidArgument where the file is at fault, FailedPrecondition where the system is, Unavailable for now.
    using Portrayer = std::function<Task<Result<std::string>>(std::string file)>;
    Avatars(store::Store &store, Portrayer portrayer) : m_store(store), m_portrayer(std::move(portrayer)) {}

    // Each gives the path as it is then.

    /// As the portrayer; InvalidArgument, field "image", for an empty file and one over kMostBytes; Unavailable at kMostAtOnce.
    Task<Result<std::string>> set(std::string userId, std::string file, std::shared_ptr<AuditNote> note, Time now);
    /// Where there is none, it stays so.
    Task<Result<std::string>> remove(std::string userId, std::shared_ptr<AuditNote> note);
    /// Of somebody else: an id, or else a name. NotFound; PermissionDenied for accounts above the actor's.
    Task<Result<std::string>> removeOf(std::string who, Actor actor);

    /// None for what is no id, where there is no picture, and where the account is closed. Unavailable at kMostReads.
    Task<Result<std::optional<store::AvatarRow>>> find(std::string userId);

private:
    store::Store &m_store;
    const Portrayer m_portrayer;
    std::atomic<int> m_making{0};
    std::atomic<int> m_reading{0};
};

} // namespace matinee::accounts
