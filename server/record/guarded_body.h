// A file on its way to somebody who was let in by a session or an API key: cut short at the next piece when that has ended. A file may be
// of hours, and its answer is one. Owned by the answer; worker of the connection.
#pragma once

#include "http/exchange.h"
#include "live/admission.h"

#include <memory>
#include <utility>

namespace matinee::record {

class GuardedBody final : public http::BodySource
{
public:
    GuardedBody(std::shared_ptr<http::BodySource> body, live::Admission admission)
        : m_body(std::move(body)), m_admission(std::move(admission))
    {
    }
    [[nodiscard]] std::uint64_t size() const override { return m_body->size(); }
    Task<Result<std::string>> next(std::size_t most) override
    {
        if (m_admission.isOver())
            co_return Result<std::string>(ended());
        auto piece = co_await m_body->next(most);
        if (m_admission.isOver()) // while it was read
            co_return Result<std::string>(ended());
        co_return std::move(piece);
    }

private:
    static Error ended() { return fail(ErrorCode::Unauthenticated, "What this recording was asked for by has ended."); }

    const std::shared_ptr<http::BodySource> m_body;
    const live::Admission m_admission;
};

} // namespace matinee::record
