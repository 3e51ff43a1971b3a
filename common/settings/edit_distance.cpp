#include "common/settings/edit_distance.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace matinee::settings {

std::size_t editDistance(std::string_view a, std::string_view b)
{
    // Three rows of the table of Wagner and Fischer: a swap looks two rows back.
    const std::size_t width = b.size() + 1;
    std::vector<std::size_t> rows(3 * width);
    std::size_t *before = rows.data();
    std::size_t *last = before + width;
    std::size_t *row = last + width;
    for (std::size_t j = 0; j < width; ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace matinee::settings
