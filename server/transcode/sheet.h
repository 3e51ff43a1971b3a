// Small JPEGs put row by row on one large one, so that a player fetches a minute of thumbnails at once. Stateless; any thread.
#pragma once

#include "transcode/still.h"

#include <vector>

namespace matinee::transcode {

struct SheetPlan
{
    int columns = 1;
    Size tile; ///< Of each place; a picture of another shape stands in its middle.
};

/// An empty JPEG, and what is missing of the last row, is black. InvalidArgument where the sheet would be larger than 8192x8192, or a JPEG
/// is none (the text says which).
[[nodiscard]] Result<Still> makeSheet(const Libraries &av, const SheetPlan &plan, const std::vector<media::Bytes> &jpegs);

} // namespace matinee::transcode
