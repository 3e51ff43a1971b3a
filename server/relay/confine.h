// What a relay process gives up, so that who takes it over through a stranger's stream has got hold of little. Called once each, at its
// start.
#pragma once

#include <cstddef>

namespace matinee::relay {

/// No new rights, no files to write, no core with a key in it; ends with the thread that started it.
void giveUpRights();
/// At most so much memory of its own.
void limitMemory(std::size_t bytes);
/// No file, no device and no connection from now on: only for who has all that it needs open.
void openNothingMore();

} // namespace matinee::relay
