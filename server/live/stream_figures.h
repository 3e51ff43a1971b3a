// Figures of each live stream in Prometheus' text format, made anew at each scrape, so that a stream that has ended leaves nothing behind.
// At most so many streams have a label of their own, the first by name; the others are one, "other". Renditions count with their stream.
#pragma once

#include "live/registry.h"

#include <string>
#include <vector>

namespace matinee::live {

/// `streams` by name, as Registry::list() has them.
[[nodiscard]] std::string streamFigures(const std::vector<StreamState> &streams, std::size_t mostNamed);

} // namespace matinee::live
