// The HLS playlist (RFC 8216) over one recording: byte ranges of a single file. Pure; any thread.
#pragma once

#include "record/wire/fragment_index.h"

#include <string>
#include <string_view>

namespace matinee::record {

struct VodOptions
{
    std::string_view file; ///< Address of the file, relative to the playlist, query and all.
    bool complete = true;  ///< False while it is being written: players look again for more.
    MediaTime wanted{std::chrono::seconds(6)};
};

/// Neighbouring fragments become one segment up to about `wanted`, each beginning where decoding can start. Where groups of pictures
/// were lost, there is a discontinuity. Empty where there is no fragment yet.
[[nodiscard]] std::string vodPlaylist(const FragmentIndex &index, const VodOptions &options);

} // namespace matinee::record
