// Who makes pictures: key frames become JPEGs, small JPEGs become sheets. The process does it (workshop.h); tests have their own.
#pragma once

#include "media/frame.h"
#include "net/task.h"
#include "pictures/wire/film_strip.h"

#include "common/protocol/result.h"

#include <cstdint>
#include <vector>

namespace matinee::pictures {

struct Picture
{
    TileSize size;
    SharedText jpeg;
};

/// One key frame, to be made no larger than this; its shape is kept.
struct Drawing
{
    media::FramePtr keyFrame;
    TileSize most;
    std::uint8_t quality = 75; ///< 1 to 100
};

/// Small pictures of one size, row by row on a larger one.
struct Assembly
{
    std::size_t columns = kSheetColumns;
    TileSize tile;
    std::vector<SharedText> jpegs;
};

/// An image file that somebody uploaded, to be made the square picture of a person.
struct Portrait
{
    SharedText file;
    std::uint16_t side = 256;
    std::uint8_t quality = 85; ///< 1 to 100
};

enum class Urgency
{
    Asked,     ///< Somebody waits for it: before all others.
    Background ///< When there is nothing else to do.
};

class Illustrator
{
public:
    virtual ~Illustrator() = default;
    /// On any worker. FailedPrecondition with a sentence for people where this cannot be made a picture of; Unavailable where it could
    /// another time.
    virtual Task<Result<Picture>> draw(Drawing drawing, Urgency urgency) = 0;
    virtual Task<Result<Picture>> assemble(Assembly assembly, Urgency urgency) = 0;
    /// As these; but InvalidArgument, field "image", where it is the file that is at fault.
    virtual Task<Result<Picture>> portray(Portrait portrait, Urgency urgency) = 0;
};

} // namespace matinee::pictures
