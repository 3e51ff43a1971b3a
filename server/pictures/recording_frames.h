// Key frames out of a recording's file, for its preview: which fragments to look into, and the first picture of each. Blocking: for the
// archive's threads only, save chooseFragments(), which is pure.
#pragma once

#include "pictures/wire/key_sample.h"
#include "record/archive.h"

#include <optional>
#include <vector>

namespace matinee::pictures {

/// Fragments that begin with a key frame, the first of all and then one after each `interval`. At most `most`.
[[nodiscard]] std::vector<std::size_t> chooseFragments(const record::FragmentIndex &index, record::MediaTime interval, std::size_t most);

/// FailedPrecondition where the file has no picture.
[[nodiscard]] Result<VideoDescription> describeVideo(const record::Reading &reading, const record::FragmentIndex &index);

/// The first picture of a fragment. NotFound where the recording has been deleted meanwhile; FailedPrecondition where there is none in it.
[[nodiscard]] Result<media::Bytes> keyFrameOf(const record::Reading &reading, const record::FragmentEntry &fragment,
                                              const VideoDescription &video);

/// In one go: a file that is there is whole. Leaves nothing behind where the recording `of` has been deleted meanwhile.
[[nodiscard]] Result<void> writeBeside(const std::string &path, const std::string &of, const std::string &bytes);

/// Nothing where there is none, or what is there is not ours.
[[nodiscard]] std::optional<std::string> readBeside(const std::string &path, std::size_t most);

} // namespace matinee::pictures
