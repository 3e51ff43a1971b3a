#include "store/job.h"

#include <fmt/format.h>

namespace matinee::store {

bool Job::answer(std::optional<Error> error, const Count &count)
{
    if (m_answered.exchange(true))
        return false;
    if (count)
        count();
    const Done done = std::move(m_done);
    m_done = nullptr;
    done(std::move(error));
    return true;
}

bool Job::expire(const Count &count)
{
    const bool nothingChanged = advance(Stage::Waiting, Stage::Over) || advance(Stage::Running, Stage::Over);
    std::string sentence = fmt::format("The database did not answer within {} ms", m_patience.count());
    if (!m_writes)
        sentence += "; try again in a moment.";
    else if (nothingChanged)
        sentence += "; nothing was changed. Try again in a moment.";
    else
        sentence += "; whether the change was stored is not known. Look before you try again.";
    Error error = fail(ErrorCode::Unavailable, std::move(sentence));
    error.retryAfter = std::chrono::seconds(2);
    return answer(std::move(error), count);
}

} // namespace matinee::store
