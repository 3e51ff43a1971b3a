#include "pages/stream_detail.h"

#include "models/texts.h"
#include "widgets/icons.h"
#include "widgets/sparkline.h"
#include "widgets/status_pill.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

StreamDetail::StreamDetail(QWidget *parent)
    : QFrame(parent),
      m_name(new QLabel(this)),
      m_status(new StatusPill(this)),
      m_bitrate(new Sparkline(this)),
      m_facts(new QLabel(this)),
      m_links(new QLabel(this))
{
    setObjectName(u"streamDetail"_s);
    setProperty("card", true);
    setMinimumWidth(290);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 10, 10);
    auto *head = new QHBoxLayout;
    QFont large = m_name->font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setWeight(QFont::DemiBold);
    m_name->setFont(large);
    m_name->setTextFormat(Qt::PlainText);
    m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    head->addWidget(m_name, 1);
    head->addWidget(m_status);
    auto *close = new QToolButton(this);
    close->setIcon(icon(Symbol::Close));
    close->setToolTip(tr("Close the details (Esc)"));
    close->setAccessibleName(tr("Close the details"));
    connect(close, &QToolButton::clicked, this, &StreamDetail::closeRequested);
    head->addWidget(close);
    layout->addLayout(head);
    m_bitrate->setMinimumHeight(110);
    m_bitrate->setMaximumHeight(140);
    m_bitrate->setScale([](double kbps) { return texts::bitrate(qRound64(kbps)); }, 1);
    m_bitrate->setAccessibleName(tr("Bitrate of the last minute"));
    layout->addWidget(m_bitrate);

    auto *scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto *content = new QWidget(scroll);
    content->setObjectName(u"scrolled"_s);
    auto *inner = new QVBoxLayout(content);
    inner->setContentsMargins(0, 4, 6, 0);
    for (QLabel *label : {m_facts, m_links}) {
        label->setTextFormat(Qt::RichText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextBrowserInteraction);
        inner->addWidget(label);
    }
    m_links->setOpenExternalLinks(true);
    inner->addStretch();
    scroll->setWidget(content);
    layout->addWidget(scroll, 1);
}

void StreamDetail::setAddresses(std::function<QString(const QString &path)> webAddress)
{
    m_webAddress = std::move(webAddress);
}

void StreamDetail::show(const StreamRow &row, const SampleHistory &history)
{
    m_stream = row.name;
    m_name->setText(row.name);
    m_status->setStatus(row.live ? u"live"_s : u"idle"_s);
    m_bitrate->setVisible(row.live);
    m_bitrate->setValues(history.values(), history.capacity());
    const QString facts = factsOf(row);
    // Setting it each second would throw out a selection that somebody is making.
    if (facts != m_shown) {
        m_shown = facts;
        m_facts->setText(facts);
    }
    QString links;
    if (m_webAddress) {
        const auto link = [&](const QString &path, const QString &text) {
            const QString url = m_webAddress(path).toHtmlEscaped();
            return u"<p style='margin:0 0 6px 0'><a href='%1'>%2</a></p>"_s.arg(url, text);
        };
        links = link(u"/watch/"_s + row.name, tr("Open the watch page")) + link(u"/hls/"_s + row.name + u".m3u8"_s, tr("HLS address")) +
                link(u"/flv/"_s + row.name + u".flv"_s, tr("HTTP-FLV address"));
    }
    if (m_links->text() != links)
        m_links->setText(links);
}

QString StreamDetail::factsOf(const StreamRow &row) const
{
    // What comes from a publisher is text, not HTML.
    const QString muted = tokens(palette()).muted.name();
    QString html;
    const auto section = [&](const QString &title) {
        html += u"<tr><td colspan='2' style='padding-top:10px; padding-bottom:2px'><b>%1</b></td></tr>"_s.arg(title.toHtmlEscaped());
    };
    const auto fact = [&](const QString &name, const QString &value) {
        html += u"<tr><td style='color:%1; padding-right:14px; padding-bottom:2px'>%2</td><td>%3</td></tr>"_s.arg(
            muted, name.toHtmlEscaped(), value.toHtmlEscaped());
    };
    const auto table = [&] { return u"<table cellspacing='0' cellpadding='0'>"_s + html + u"</table>"_s; };
    if (!row.live) {
        fact(tr("Created"), QLocale().toString(row.createdAt, QLocale::ShortFormat));
        fact(tr("Access"), row.isPrivate ? tr("private") : tr("public"));
        return table() + u"<p style='color:%1'>%2</p>"_s.arg(muted, tr("Nobody publishes at the moment.").toHtmlEscaped());
    }
    section(tr("Viewers"));
    if (row.viewersByProtocol.isEmpty())
        fact(tr("In all"), texts::count(row.viewers));
    for (const auto &count : row.viewersByProtocol)
        fact(texts::protocolName(count.protocol), texts::count(count.viewers));
    fact(tr("Slow viewers moved ahead"), texts::count(row.jumps));
    section(tr("Tracks"));
    for (const auto &track : row.tracks)
        fact(track.video ? tr("Video") : tr("Audio"),
             texts::track(track) +
                 (track.video && row.fps > 0 ? u", "_s + tr("%1 frames/s").arg(texts::framesPerSecond(row.fps)) : QString()));
    if (row.keyFrameSeconds > 0)
        fact(tr("Key frame each"), tr("%1 s").arg(QLocale().toString(row.keyFrameSeconds, 'f', 1)));
    section(tr("Publisher"));
    fact(tr("Encoder"), row.encoder.isEmpty() ? texts::nothing() : row.encoder);
    fact(tr("Address"), row.publisher.isEmpty() ? texts::nothing() : row.publisher);
    fact(tr("Since"), QLocale().toString(row.startedAt, QLocale::ShortFormat));
    fact(tr("Received"), texts::bytes(static_cast<double>(row.bytes)));
    fact(tr("Access"), row.isPrivate ? tr("private") : tr("public"));
    section(tr("Play"));
    return table();
}

} // namespace matinee::gui
