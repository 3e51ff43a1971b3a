#include "relay/picture_session.h"

#include "transcode/portrait.h"
#include "transcode/sheet.h"
#include "transcode/still.h"

namespace matinee::relay {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kProgressEvery{2}; // silence for longer means that an order does not come to its end

wire::Message answerOf(std::uint32_t id, Result<transcode::Still> made)
{
    if (!made)
        return wire::PictureRefused{id, made.error().message,
                                    made.error().code == ErrorCode::InvalidArgument ? wire::Refusal::Material : wire::Refusal::System};
    if (made->jpeg.size() > wire::kMaxMessageBytes / 2)
        return wire::PictureRefused{id, "The picture would have more than 8 MiB; a smaller one or a lower quality would do."};
    return wire::Picture{id, static_cast<std::uint16_t>(made->size.width), static_cast<std::uint16_t>(made->size.height),
                         std::move(made->jpeg)};
}

} // namespace

std::optional<wire::Message> answer(const transcode::Libraries &av, const wire::Message &message)
{
    if (const auto *const order = std::get_if<wire::PictureOrder>(&message)) {
        const transcode::KeyFrame frame{order->track.codec, order->track.config, order->keyFrame};
        return answerOf(order->id, transcode::makeStill(av, frame, {order->maxWidth, order->maxHeight}, order->quality));
    }
    if (const auto *const order = std::get_if<wire::SheetOrder>(&message)) {
        const transcode::SheetPlan plan{order->columns, {order->tileWidth, order->tileHeight}};
        return answerOf(order->id, transcode::makeSheet(av, plan, order->jpegs));
    }
    if (const auto *const order = std::get_if<wire::PortraitOrder>(&message))
        return answerOf(order->id, transcode::makePortrait(av, order->file, order->side, order->quality));
    return std::nullopt;
}

int pictures(Channel &channel, const transcode::Libraries &av)
{
    (void)channel.send(wire::State{wire::Phase::Running});
    wire::Progress progress;
    auto nextProgress = Clock::now() + kProgressEvery;
    while (!channel.over()) {
        const auto message = channel.next(kProgressEvery);
        if (const auto answered = message ? answer(av, *message) : std::nullopt) {
            if (const auto *const picture = std::get_if<wire::Picture>(&*answered)) {
                ++progress.frames;
                progress.bytes += picture->jpeg.size();
            }
            (void)channel.send(*answered);
        }
        if (Clock::now() < nextProgress)
            continue;
        nextProgress = Clock::now() + kProgressEvery;
        (void)channel.send(progress);
    }
    return 0;
}

} // namespace matinee::relay
