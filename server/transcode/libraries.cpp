#include "transcode/libraries.h"

#include "mux/library_loader.h"

#include <array>
#include <cstdarg>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace matinee::transcode {

namespace {

#define MATINEE_CODEC_MAJOR MATINEE_TEXT(LIBAVCODEC_VERSION_MAJOR)
#define MATINEE_SCALE_MAJOR MATINEE_TEXT(LIBSWSCALE_VERSION_MAJOR)
constexpr const char *kUtilLibrary = "libavutil.so." MATINEE_TEXT(LIBAVUTIL_VERSION_MAJOR);
constexpr const char *kCodecLibrary = "libavcodec.so." MATINEE_CODEC_MAJOR;
constexpr const char *kScaleLibrary = "libswscale.so." MATINEE_SCALE_MAJOR;

struct Loaded
{
    Libraries functions;
    std::string error; ///< Empty: all there.
};

const Libraries *g_forLog = nullptr; // set before the callback is
std::mutex g_lastMutex;              // decoders and encoders complain from their own threads
std::string g_last;                  // complaint, until it is told
std::string g_said;                  // in the log

void keepLog(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_ERROR)
        return;
    std::array<char, 300> line{};
    int withPrefix = 0; // it names addresses of memory
    g_forLog->av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()), &withPrefix);
    std::string text(line.data());
    while (text.ends_with('\n'))
        text.pop_back();
    if (text.empty())
        return;
    {
        const std::lock_guard lock(g_lastMutex);
        g_last = text;
        if (std::exchange(g_said, text) == text)
            return; // a damaged stream says the same of each frame
    }
    text += '\n';
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0)
        return; // nobody listens; there is nobody to tell either
}

Loaded load()
{
    Loaded loaded;
    auto &functions = loaded.functions;
    mux::LibraryLoader loader("renditions and posters need it", "libavcodec" MATINEE_CODEC_MAJOR " libswscale" MATINEE_SCALE_MAJOR);
    void *const util = loader.open(kUtilLibrary);
    void *const codec = loader.open(kCodecLibrary);
    void *const scale = loader.open(kScaleLibrary);
#define MATINEE_TRANSCODE_FROM_UTIL(name) loader.find(util, #name, functions.name);
#define MATINEE_TRANSCODE_FROM_CODEC(name) loader.find(codec, #name, functions.name);
#define MATINEE_TRANSCODE_FROM_SCALE(name) loader.find(scale, #name, functions.name);
    MATINEE_TRANSCODE_UTIL(MATINEE_TRANSCODE_FROM_UTIL)
    MATINEE_TRANSCODE_CODEC(MATINEE_TRANSCODE_FROM_CODEC)
    MATINEE_TRANSCODE_SCALE(MATINEE_TRANSCODE_FROM_SCALE)
    loaded.error = loader.error();
    return loaded;
}

} // namespace

std::string Libraries::complaint(const std::string &doing, int code) const
{
    std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
    av_strerror(code, reason.data(), reason.size());
    std::string text = doing + ": " + reason.data() + ".";
    const std::lock_guard lock(g_lastMutex);
    if (!g_last.empty())
        text += " (" + std::exchange(g_last, {}) + ")";
    return text;
}

Result<const Libraries *> libraries()
{
    static const Loaded loaded = load();
    if (!loaded.error.empty())
        return fail(ErrorCode::Unavailable, loaded.error);
    static const bool logKept = [] {
        g_forLog = &loaded.functions;
        loaded.functions.av_log_set_callback(keepLog);
        return true;
    }();
    (void)logKept;
    return &loaded.functions;
}

} // namespace matinee::transcode
