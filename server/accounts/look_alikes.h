// Letters that people take for Latin ones, made those: after the skeletons of UTS 39 (confusables.txt), for the scripts in which whole
// words can be written that look Latin. Pure; any thread.
#pragma once

#include <string>

namespace matinee::accounts {

/// `text`: decomposed and case folded, with ASCII digits. The same for two texts that look alike; not for showing to anybody.
[[nodiscard]] std::u32string skeletonOf(const std::u32string &text);

} // namespace matinee::accounts
