#include "mux/libav.h"

#include "mux/library_loader.h"
#include "observe/log.h"

#include <array>
#include <cstdarg>

namespace matinee::mux {

namespace {

// The major version is the ABI: structures are laid out as in the headers that this was compiled with.
constexpr const char *kFormatLibrary = "libavformat.so." MATINEE_TEXT(LIBAVFORMAT_VERSION_MAJOR);
constexpr const char *kCodecLibrary = "libavcodec.so." MATINEE_TEXT(LIBAVCODEC_VERSION_MAJOR);
constexpr const char *kUtilLibrary = "libavutil.so." MATINEE_TEXT(LIBAVUTIL_VERSION_MAJOR);

struct Loaded
{
    LibAv functions;
    std::string error; ///< Empty: all there.
};

const LibAv *g_forLog = nullptr; // set before the callback is

/// What FFmpeg says of a stream is of interest to who looks for a fault in it, not to the operator.
void forwardLog(void *context, int level, const char *format, va_list arguments)
{
    if (level > AV_LOG_WARNING || !log::enabled(log::Level::debug))
        return;
    std::array<char, 512> line{};
    int withPrefix = 1;
    g_forLog->av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()), &withPrefix);
    std::string_view text(line.data());
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    log::write(log::Level::debug, "mux", {}, text);
}

Loaded load()
{
    Loaded loaded;
    auto &functions = loaded.functions;
    LibraryLoader loader("HLS needs it", "libavformat" MATINEE_TEXT(LIBAVFORMAT_VERSION_MAJOR));
    void *const util = loader.open(kUtilLibrary);
    void *const codec = loader.open(kCodecLibrary);
    void *const format = loader.open(kFormatLibrary);
#define MATINEE_LIBAV_FIND(library, name) loader.find(library, #name, functions.name);
#define MATINEE_LIBAV_FROM_FORMAT(name) MATINEE_LIBAV_FIND(format, name)
#define MATINEE_LIBAV_FROM_CODEC(name) MATINEE_LIBAV_FIND(codec, name)
#define MATINEE_LIBAV_FROM_UTIL(name) MATINEE_LIBAV_FIND(util, name)
    MATINEE_LIBAVFORMAT(MATINEE_LIBAV_FROM_FORMAT)
    MATINEE_LIBAVCODEC(MATINEE_LIBAV_FROM_CODEC)
    MATINEE_LIBAVUTIL(MATINEE_LIBAV_FROM_UTIL)
    loaded.error = loader.error();
    return loaded;
}

} // namespace

std::string LibAv::describe(int error) const
{
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(error, text.data(), text.size());
    return text.data();
}

Result<const LibAv *> libav()
{
    static const Loaded loaded = load();
    static const bool usable = [] {
        if (!loaded.error.empty()) {
            log::error("mux", "{}", loaded.error);
            return false;
        }
        g_forLog = &loaded.functions;
        loaded.functions.av_log_set_callback(forwardLog);
        return true;
    }();
    if (!usable)
        return fail(ErrorCode::Unavailable, loaded.error);
    return &loaded.functions;
}

} // namespace matinee::mux
