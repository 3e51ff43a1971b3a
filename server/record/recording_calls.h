// Handlers of RecordingService. Given to the dispatcher at start; run on any worker.
#pragma once

#include "api/dispatcher.h"
#include "record/recordings.h"

#include "matinee/v1/recordings.pb.h"

namespace matinee::record {

/// `recordings` must outlive the dispatcher's calls.
void handleRecordingCalls(api::Dispatcher &dispatcher, Recordings &recordings);

/// A recording as calls tell it; `progress` where it is being written.
[[nodiscard]] v1::Recording describeRecording(const store::RecordingRow &row, const std::optional<Progress> &progress);

} // namespace matinee::record
