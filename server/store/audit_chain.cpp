#include "store/audit_chain.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <charconv>

namespace matinee::store {

namespace {

constexpr std::size_t kHashDigits = 64;

bool isHash(std::string_view text)
{
    return text.size() == kHashDigits &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::int64_t milliseconds(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// Each part so that no other parts make the same bytes: numbers have eight of them, texts have their length before them.
class Digest
{
public:
    void add(std::int64_t number)
    {
        std::array<char, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (56 - 8 * i));
        m_hash.addData(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    }
    void add(std::string_view text)
    {
        add(static_cast<std::int64_t>(text.size()));
        m_hash.addData(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    }
    [[nodiscard]] std::string hex() const { return m_hash.result().toHex().toStdString(); }

private:
    QCryptographicHash m_hash{QCryptographicHash::Sha256};
};

std::string entryNumber(std::int64_t place)
{
    return "Entry " + std::to_string(place);
}

} // namespace

std::string auditHash(const AuditEntry &entry)
{
    Digest digest;
    digest.add("matinee audit 1");
    digest.add(entry.id);
    digest.add(milliseconds(entry.at));
    for (const std::string *text : {&entry.actor, &entry.action, &entry.target, &entry.detail, &entry.address, &entry.requestId,
                                    &entry.before, &entry.after, &entry.previousHash})
        digest.add(std::string_view(*text));
    return digest.hex();
}

std::string AuditAnchor::text() const
{
    return std::to_string(place) + ":" + hash;
}

std::optional<AuditAnchor> AuditAnchor::parse(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    AuditAnchor anchor;
    const std::string_view digits = text.substr(0, colon);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), anchor.place);
    anchor.hash = text.substr(colon + 1);
    if (error != std::errc() || end != digits.data() + digits.size() || anchor.place < 0 || !isHash(anchor.hash))
        return std::nullopt;
    return anchor;
}

std::string AuditCheckpoint::json() const
{
    // Numbers as texts: JSON's own lose digits beyond 2^53.
    const QJsonObject object{{QStringLiteral("through"), QString::number(through)},
                             {QStringLiteral("hash"), QString::fromStdString(hash)},
                             {QStringLiteral("removed"), QString::number(removed)},
                             {QStringLiteral("cutoff_ms"), QString::number(milliseconds(cutoff))}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

std::optional<AuditCheckpoint> AuditCheckpoint::parse(const std::string &json)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    bool isThrough = false, isRemoved = false, isCutoff = false;
    AuditCheckpoint checkpoint;
    checkpoint.through = object[QStringLiteral("through")].toString().toLongLong(&isThrough);
    checkpoint.removed = object[QStringLiteral("removed")].toString().toLongLong(&isRemoved);
    const qlonglong cutoff = object[QStringLiteral("cutoff_ms")].toString().toLongLong(&isCutoff);
    checkpoint.cutoff = std::chrono::system_clock::time_point(std::chrono::milliseconds(cutoff));
    checkpoint.hash = object[QStringLiteral("hash")].toString().toStdString();
    if (!isThrough || !isRemoved || !isCutoff || !isHash(checkpoint.hash))
        return std::nullopt;
    return checkpoint;
}

std::string_view auditFaultName(AuditFault fault)
{
    switch (fault) {
    case AuditFault::Missing:
        return "missing";
    case AuditFault::Altered:
        return "altered";
    case AuditFault::Unlinked:
        return "unlinked";
    case AuditFault::Cut:
        return "cut";
    case AuditFault::Checkpoint:
        return "checkpoint";
    case AuditFault::Outside:
        return "outside";
    case AuditFault::Anchor:
        return "anchor";
    }
    return "unknown";
}

std::optional<AuditFinding> AuditWalk::step(const AuditEntry &entry)
{
    const std::int64_t expected = m_at.place + 1;
    if (entry.id != expected)
        return AuditFinding{AuditFault::Missing, expected, entryNumber(expected) + " was removed."};
    if (entry.hash != auditHash(entry))
        return AuditFinding{AuditFault::Altered, expected, entryNumber(expected) + " is not as it was written."};
    if (entry.previousHash != m_at.hash)
        return AuditFinding{AuditFault::Unlinked, expected,
                            entryNumber(expected) + " does not follow the one before it: one of the two was put in the place of another."};
    m_at = {entry.id, entry.hash};
    return std::nullopt;
}

AuditBeginning auditBeginning(std::int64_t removedThrough, const std::optional<AuditEntry> &checkpoint)
{
    if (removedThrough == 0)
        return {{0, std::string(kNoHash)}, {}};
    const auto wrong = [&](const char *what) { return AuditBeginning{{}, AuditFinding{AuditFault::Checkpoint, removedThrough, what}}; };
    const auto said = checkpoint && checkpoint->action == kCheckpointAction ? AuditCheckpoint::parse(checkpoint->after) : std::nullopt;
    if (!said || said->through != removedThrough)
        return wrong("The beginning of the log was removed, and no entry says that its time was over.");
    if (said->cutoff >= checkpoint->at || checkpoint->id <= removedThrough)
        return wrong("The entry that says what was removed does not fit it.");
    return {{removedThrough, said->hash}, {}};
}

} // namespace matinee::store
