#include "pictures/workshop.h"

#include "observe/log.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <utility>

namespace matinee::pictures {

using std::chrono::milliseconds;
namespace wire = relay::wire;

namespace {

constexpr std::chrono::minutes kLongestPause{1};
constexpr std::chrono::minutes kUnable{10};         // until the process is asked again whether it can
constexpr std::size_t kHead = std::size_t{1} << 10; // of a message, around its pictures

Error away(std::string words)
{
    auto error = fail(ErrorCode::Unavailable, std::move(words));
    error.retryAfter = std::chrono::seconds(5);
    return error;
}

wire::Track told(const media::Track &track)
{
    return {.id = 0,
            .codec = track.codec,
            .width = track.width,
            .height = track.height,
            .sampleRate = 0,
            .channels = 0,
            .config = track.config};
}

wire::Message messageOf(std::uint32_t id, const Drawing &drawing)
{
    wire::PictureOrder order;
    order.id = id;
    order.track = told(*drawing.keyFrame->track);
    order.keyFrame = drawing.keyFrame->payload;
    order.maxWidth = drawing.most.width;
    order.maxHeight = drawing.most.height;
    order.quality = drawing.quality;
    return order;
}

wire::Message messageOf(std::uint32_t id, const Assembly &assembly)
{
    wire::SheetOrder order;
    order.id = id;
    order.columns = static_cast<std::uint16_t>(assembly.columns);
    order.tileWidth = assembly.tile.width;
    order.tileHeight = assembly.tile.height;
    for (const auto &jpeg : assembly.jpegs)
        order.jpegs.emplace_back(jpeg->begin(), jpeg->end());
    return order;
}

wire::Message messageOf(std::uint32_t id, const Portrait &portrait)
{
    wire::PortraitOrder order;
    order.id = id;
    order.side = portrait.side;
    order.quality = portrait.quality;
    order.file.assign(portrait.file->begin(), portrait.file->end());
    return order;
}

bool good(const TileSize &size)
{
    return size.width > 0 && size.height > 0 && size.width <= wire::kMaxPictureSide && size.height <= wire::kMaxPictureSide;
}

/// The process has read a stranger's stream, and so may have its words: people get the plain part of them.
std::string plain(std::string_view words)
{
    std::string text;
    for (const char c : words.substr(0, 200))
        text += c >= ' ' && c < 0x7f ? c : '?';
    return text;
}

/// What no message may be made of.
std::optional<Error> impossible(const Drawing &drawing)
{
    const auto &frame = *drawing.keyFrame;
    if (!frame.isVideo() || !frame.key || frame.payload.empty() || !good(drawing.most))
        return fail(ErrorCode::FailedPrecondition, "There is no picture in this.");
    if (frame.track->config.size() > wire::kMaxConfigBytes || frame.payload.size() + wire::kMaxConfigBytes + kHead > wire::kMaxMessageBytes)
        return fail(ErrorCode::FailedPrecondition, "The key frames of this stream are too large to be made pictures of.");
    return std::nullopt;
}

std::optional<Error> impossible(const Portrait &portrait)
{
    if (portrait.file->empty())
        return fail(ErrorCode::InvalidArgument, "There is no picture in this. Send a JPEG, PNG, WebP or GIF.", "image");
    if (portrait.file->size() > wire::kMaxPortraitBytes)
        return fail(ErrorCode::InvalidArgument, "The picture has more than 4 MiB. Make it smaller first.", "image");
    return std::nullopt;
}

std::optional<Error> impossible(const Assembly &assembly)
{
    const bool fits =
        std::all_of(assembly.jpegs.begin(), assembly.jpegs.end(), [](const auto &jpeg) { return jpeg->size() <= wire::kMaxTileBytes; });
    if (assembly.jpegs.empty() || assembly.jpegs.size() > wire::kMaxTiles || assembly.columns == 0 || !good(assembly.tile) || !fits)
        return fail(ErrorCode::FailedPrecondition, "These thumbnails do not fit on a sheet.");
    return std::nullopt;
}

/// In the words of the process, who is at fault: it, or what it was given.
Error refusalOf(const wire::PictureRefused *refused, bool isUpload)
{
    auto words = refused && !refused->text.empty() ? plain(refused->text) : "No picture came of it.";
    if (isUpload && refused && refused->why == wire::Refusal::Material)
        return fail(ErrorCode::InvalidArgument, std::move(words), "image");
    return fail(ErrorCode::FailedPrecondition, std::move(words));
}

} // namespace

struct Workshop::Order
{
    Order(net::Worker &worker, Work what) : work(std::move(what)), done(worker.context(), asio::steady_timer::time_point::max()) {}
    Work work;
    Clock::time_point sentAt{};
    asio::steady_timer done; // cancelled with the answer
    std::optional<Result<Picture>> answer;
};

/// One process from its start to its end.
struct Workshop::Run
{
    std::unique_ptr<relay::Child> child;
    std::map<std::uint32_t, OrderPtr> underWay;
    std::string error;
    bool over = false;     // the process has hung up
    bool heardAll = false; // listen() has returned
};

Workshop::Workshop(net::Worker &worker, WorkshopOptions options, observe::Metrics *metrics)
    : m_worker(worker), m_options(std::move(options)), m_wake(worker.context())
{
    if (!metrics)
        return;
    const char *const made = "matinee_pictures_made_total";
    const char *const help = "Pictures made, by what they are.";
    m_made[0] = metrics->counter(made, help, {{"what", "picture"}});
    m_made[1] = metrics->counter(made, help, {{"what", "sheet"}});
    m_made[2] = metrics->counter(made, help, {{"what", "portrait"}});
    m_refused = metrics->counter("matinee_pictures_refused_total", "Pictures that could not be made, by reason.", {{"reason", "refused"}});
    m_lost = metrics->counter("matinee_pictures_refused_total", "Pictures that could not be made, by reason.", {{"reason", "process"}});
    m_starts = metrics->counter("matinee_pictures_process_starts_total", "Starts of the process that makes pictures.");
    m_time = metrics->histogram("matinee_pictures_seconds", "Time from an order for a picture to the picture, by the process.",
                                observe::timeBounds());
}

Task<Result<Picture>> Workshop::draw(Drawing drawing, Urgency urgency)
{
    if (auto error = impossible(drawing))
        co_return std::move(*error);
    Work work(std::move(drawing));
    co_return co_await order(std::move(work), urgency);
}

Task<Result<Picture>> Workshop::assemble(Assembly assembly, Urgency urgency)
{
    if (auto error = impossible(assembly))
        co_return std::move(*error);
    Work work(std::move(assembly));
    co_return co_await order(std::move(work), urgency);
}

Task<Result<Picture>> Workshop::portray(Portrait portrait, Urgency urgency)
{
    if (auto error = impossible(portrait))
        co_return std::move(*error);
    Work work(std::move(portrait));
    co_return co_await order(std::move(work), urgency);
}

Task<Result<Picture>> Workshop::order(Work work, Urgency urgency)
{
    auto submitted = submit(shared_from_this(), std::move(work), urgency);
    if (m_worker.isCurrent())
        co_return co_await std::move(submitted);
    co_return co_await asio::co_spawn(m_worker.executor(), std::move(submitted), asio::use_awaitable);
}

/// On the workshop's worker.
Task<Result<Picture>> Workshop::submit(std::shared_ptr<Workshop> self, Work work, Urgency urgency)
{
    auto &shop = *self;
    if (shop.m_stopping)
        co_return away("The server is stopping.");
    if (shop.m_unable && Clock::now() < shop.m_unableUntil)
        co_return *shop.m_unable;
    if (shop.m_asked.size() + shop.m_background.size() >= shop.m_options.queue)
        co_return away("Too many pictures are waiting to be made. Try again in a moment.");
    const auto order = std::make_shared<Order>(shop.m_worker, std::move(work));
    (urgency == Urgency::Asked ? shop.m_asked : shop.m_background).push_back(order);
    shop.m_count.fetch_add(1);
    if (!shop.m_serving.exchange(true))
        shop.m_worker.spawn("pictures", serve(self));
    else
        shop.m_wake.cancel();
    if (!order->answer)
        (void)co_await order->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!order->answer)
        co_return away("The picture was given up.");
    co_return std::move(*order->answer);
}

void Workshop::answer(const OrderPtr &order, Result<Picture> result)
{
    order->answer.emplace(std::move(result));
    order->done.cancel();
    m_count.fetch_sub(1);
}

void Workshop::refuseAll(const Error &error)
{
    while (const auto order = nextOrder())
        answer(order, error);
}

Workshop::OrderPtr Workshop::nextOrder()
{
    auto &queue = m_asked.empty() ? m_background : m_asked;
    if (queue.empty())
        return nullptr;
    auto order = std::move(queue.front());
    queue.pop_front();
    return order;
}

void Workshop::drain()
{
    m_stopping = true;
    m_worker.post([self = shared_from_this()] {
        self->m_wake.cancel();
        if (self->m_run)
            self->m_run->child->hangUp();
    });
}

Task<void> Workshop::sleep(milliseconds time)
{
    m_wake.expires_after(time);
    (void)co_await m_wake.async_wait(asio::as_tuple(asio::use_awaitable));
}

/// As long as there are orders, and a while longer.
Task<void> Workshop::serve(std::shared_ptr<Workshop> self)
{
    auto &shop = *self;
    struct Serving // also when something throws
    {
        std::atomic<bool> &flag;
        ~Serving() { flag = false; }
    } const serving{shop.m_serving};
    while (!shop.m_stopping && !(shop.m_asked.empty() && shop.m_background.empty())) {
        if (shop.m_deaths > 0) {
            const auto doubled = shop.m_options.firstPause * (1 << std::min(shop.m_deaths - 1, 10U));
            const auto until = Clock::now() + std::min<milliseconds>(doubled, kLongestPause);
            while (!shop.m_stopping && Clock::now() < until)
                co_await shop.sleep(std::chrono::ceil<milliseconds>(until - Clock::now()));
        }
        if (!shop.m_stopping)
            co_await shop.runOnce();
    }
    if (shop.m_stopping)
        shop.refuseAll(away("The server is stopping."));
}

Task<void> Workshop::runOnce()
{
    relay::ChildOptions options;
    options.program = m_options.program;
    options.name = "Pictures";
    options.silence = std::chrono::hours(24); // it says nothing while there is nothing to do; the orders have their own clock
    options.lowPriority = true;
    options.isAwaited = m_options.isAwaited;
    wire::Job job;
    job.kind = wire::JobKind::Pictures;
    auto child = relay::Child::start(m_worker, job, std::move(options));
    if (!child) {
        ++m_deaths;
        log::warn("pictures", "The process for pictures cannot be started: {}", child.error().message);
        refuseAll(away(child.error().message));
        co_return;
    }
    m_starts.add();
    const auto run = std::make_shared<Run>();
    run->child = std::move(*child);
    m_run = run;
    m_process = run->child->process();
    m_worker.spawn("pictures", listen(shared_from_this(), run));
    auto usedAt = Clock::now();
    while (!run->over && !m_stopping) {
        const auto now = Clock::now();
        if (!run->underWay.empty()) {
            usedAt = now;
            const auto oldest = std::min_element(run->underWay.begin(), run->underWay.end(),
                                                 [](const auto &a, const auto &b) { return a.second->sentAt < b.second->sentAt; });
            if (now - oldest->second->sentAt > m_options.patience) {
                run->error = "It took too long over a picture.";
                break;
            }
        }
        const auto order = run->underWay.size() < wire::kMaxPictureOrders ? nextOrder() : nullptr;
        if (order) {
            usedAt = now;
            order->sentAt = now;
            const auto id = ++m_lastId;
            run->underWay.emplace(id, order);
            const auto message = std::visit([id](const auto &work) { return messageOf(id, work); }, order->work);
            auto bytes = std::make_shared<media::Bytes>();
            wire::write(*bytes, message);
            const std::vector<media::SharedBytes> parts{std::move(bytes)};
            const bool sent = co_await run->child->send(parts);
            if (!sent)
                break;
            continue;
        }
        if (run->underWay.empty() && now - usedAt >= m_options.idle)
            break;
        co_await sleep(run->underWay.empty() ? m_options.idle : m_options.patience / 4);
    }
    const bool died = run->over || !run->error.empty() || !run->underWay.empty();
    m_process = 0;
    m_run = nullptr;
    run->child->hangUp();
    while (!run->heardAll)
        co_await sleep(milliseconds(1000));
    co_await run->child->finish();
    if (died && !m_stopping) {
        ++m_deaths;
        log::warn("pictures", "The process for pictures ended: {} {} pictures under way were lost.", run->error, run->underWay.size());
    }
    const auto lost = m_stopping ? away("The server is stopping.") : away("The picture could not be made just now.");
    for (const auto &[id, order] : std::exchange(run->underWay, {})) {
        m_lost.add();
        answer(order, lost);
    }
    if (m_unable)
        refuseAll(*m_unable);
}

Task<void> Workshop::listen(std::shared_ptr<Workshop> self, std::shared_ptr<Run> run)
{
    for (;;) {
        auto messages = co_await run->child->receive();
        if (!messages) {
            if (run->error.empty())
                run->error = messages.error().message;
            break;
        }
        for (auto &message : *messages)
            self->take(*run, message);
    }
    run->over = true;
    run->heardAll = true;
    run->child->hangUp(); // a send that waits returns
    self->m_wake.cancel();
}

void Workshop::take(Run &run, wire::Message &message)
{
    if (const auto *const failure = std::get_if<wire::Failure>(&message)) {
        run.error = plain(failure->text);
        if (failure->reason == wire::Reason::Unsupported) {
            m_unable = fail(ErrorCode::FailedPrecondition, run.error);
            m_unableUntil = Clock::now() + kUnable;
        }
        return;
    }
    auto *const picture = std::get_if<wire::Picture>(&message);
    const auto *const refused = std::get_if<wire::PictureRefused>(&message);
    if (!picture && !refused)
        return;
    const auto found = run.underWay.find(picture ? picture->id : refused->id);
    if (found == run.underWay.end())
        return;
    const auto order = found->second;
    run.underWay.erase(found);
    m_time.observe(std::chrono::duration<double>(Clock::now() - order->sentAt).count());
    const bool whole = picture && !picture->jpeg.empty() && picture->width > 0 && picture->height > 0;
    if (whole) {
        m_deaths = 0;
        m_unable.reset();
        m_made[order->work.index()].add();
        auto jpeg = std::make_shared<const std::string>(picture->jpeg.begin(), picture->jpeg.end());
        answer(order, Picture{{picture->width, picture->height}, std::move(jpeg)});
    } else {
        m_refused.add();
        answer(order, refusalOf(refused, std::holds_alternative<Portrait>(order->work)));
    }
    m_wake.cancel();
}

} // namespace matinee::pictures
