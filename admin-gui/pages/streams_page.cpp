#include "pages/streams_page.h"

#include "delegates/row_delegate.h"
#include "pages/stream_detail.h"
#include "pages/stream_dialogs.h"
#include "widgets/banner.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"

#include "matinee/v1/streams.pb.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>

namespace matinee::gui {

using namespace Qt::Literals::StringLiterals;

StreamsPage::StreamsPage(StreamModel &streams, Connection &connection, QWidget *parent)
    : QWidget(parent),
      m_streams(streams),
      m_connection(connection),
      m_banner(new Banner(this)),
      m_filterLine(new QLineEdit(this)),
      m_stack(new QStackedWidget(this)),
      m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_table(new QTableView(this)),
      m_empty(new EmptyState(Symbol::Streams, this)),
      m_detail(new StreamDetail(this))
{
    setObjectName(u"streamsPage"_s);
    m_filter.setSourceModel(&m_streams);
    makeActions();
    makeTable();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 24);
    layout->setSpacing(14);
    auto *head = new QHBoxLayout;
    head->setSpacing(5);
    auto *title = new QLabel(tr("Streams"), this);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    head->addWidget(title);
    head->addStretch(1);
    m_filterLine->setObjectName(u"filter"_s);
    m_filterLine->setPlaceholderText(tr("Filter (Ctrl+F)"));
    m_filterLine->setAccessibleName(tr("Filter streams"));
    m_filterLine->setClearButtonEnabled(true);
    m_filterLine->setMinimumWidth(90);
    m_filterLine->setMaximumWidth(220);
    m_filterLine->addAction(icon(Symbol::Search), QLineEdit::LeadingPosition);
    head->addWidget(m_filterLine, 20);
    for (QAction *action : {m_kick, m_rotate, m_copy, m_remove, m_details}) {
        auto *button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setIconSize({20, 20});
        button->setFixedSize(34, 34);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(QString(action->text()).remove(u'&'));
        head->addWidget(button);
    }
    auto *createButton = new QPushButton(tr("New stream"), this);
    createButton->setObjectName(u"newStream"_s);
    createButton->setProperty("kind", u"primary"_s);
    createButton->setToolTip(m_create->toolTip());
    connect(createButton, &QPushButton::clicked, m_create, &QAction::trigger);
    connect(m_create, &QAction::changed, createButton, [this, createButton] { createButton->setEnabled(m_create->isEnabled()); });
    head->addSpacing(4);
    head->addWidget(createButton);
    layout->addLayout(head);
    layout->addWidget(m_banner);

    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setHandleWidth(14);
    m_splitter->setChildrenCollapsible(false);
    m_detail->hide();
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_stack, 1);

    connect(m_filterLine, &QLineEdit::textChanged, &m_filter, &StreamFilterModel::setFilterText);
    connect(m_filterLine, &QLineEdit::textChanged, this, &StreamsPage::refreshEmpty);
    connect(m_filterLine, &QLineEdit::returnPressed, this, [this] {
        if (m_filter.rowCount() > 0 && selected().isEmpty())
            m_table->selectRow(0);
        m_table->setFocus();
    });
    connect(m_empty, &EmptyState::actionTriggered, this, [this] { m_filterLine->text().isEmpty() ? create() : m_filterLine->clear(); });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_filter, signal, this, &StreamsPage::refreshEmpty);
    connect(&m_filter, &QAbstractItemModel::modelReset, this, &StreamsPage::refreshEmpty);
    connect(&m_streams, &QAbstractItemModel::dataChanged, this, [this] {
        refreshActions();
        refreshDetail();
    });
    connect(&m_streams, &QAbstractItemModel::rowsRemoved, this, &StreamsPage::refreshDetail);
    connect(&m_connection, &Connection::stateChanged, this, [this] {
        refreshActions();
        refreshEmpty();
    });
    connect(m_detail, &StreamDetail::closeRequested, this, [this] { showDetails(false); });
    m_detail->setAddresses([this](const QString &path) { return m_connection.address().webUrl(path).toString(QUrl::FullyEncoded); });

    const auto shortcut = [this](const QKeySequence &keys, auto what) {
        connect(new QShortcut(keys, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this, what);
    };
    shortcut(QKeySequence::Find, [this] {
        m_filterLine->setFocus();
        m_filterLine->selectAll();
    });
    shortcut(Qt::Key_Escape, [this] {
        if (m_detail->isVisible())
            showDetails(false);
        else
            m_filterLine->clear();
    });
    refreshEmpty();
    refreshActions();
}

void StreamsPage::makeActions()
{
    const auto make = [this](Symbol symbol, const QString &text, const QString &tip, const QKeySequence &keys, auto slot) {
        auto *action = new QAction(icon(symbol), text, this);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        action->setToolTip(tip + u" ("_s + keys.toString(QKeySequence::NativeText) + u')');
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
        return action;
    };
    m_create =
        make(Symbol::Add, tr("&New stream…"), tr("Make a stream and its key"), QKeySequence(Qt::CTRL | Qt::Key_N), &StreamsPage::create);
    m_kick = make(Symbol::Kick, tr("&Kick the publisher…"), tr("Disconnect the publisher"), QKeySequence(Qt::CTRL | Qt::Key_K),
                  &StreamsPage::kick);
    m_kick->setObjectName(u"kick"_s);
    m_rotate =
        make(Symbol::Key, tr("New k&ey…"), tr("Replace the stream key"), QKeySequence(Qt::CTRL | Qt::Key_R), &StreamsPage::rotateKey);
    m_copy = make(Symbol::Link, tr("&Copy the play address"), tr("Copy the play address"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                  &StreamsPage::copyAddress);
    m_remove = make(Symbol::Delete, tr("&Delete…"), tr("Delete the stream"), QKeySequence(Qt::CTRL | Qt::Key_Delete), &StreamsPage::remove);
    m_details = make(Symbol::Details, tr("De&tails"), tr("Show the details"), QKeySequence(Qt::CTRL | Qt::Key_D),
                     [this] { showDetails(!m_detail->isVisible()); });
    m_details->setCheckable(true);
}

QList<QAction *> StreamsPage::actionsForMenu() const
{
    return {m_create, m_kick, m_rotate, m_copy, m_remove, m_details};
}

void StreamsPage::makeTable()
{
    m_table->setObjectName(u"streams"_s);
    m_table->setAccessibleName(tr("Streams"));
    m_table->setModel(&m_filter);
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->setItemDelegateForColumn(StreamModel::Name, new NameDelegate(m_table));
    m_table->setItemDelegateForColumn(StreamModel::Status, new StateDelegate(m_table));
    m_table->setItemDelegateForColumn(StreamModel::Bitrate, new BitrateDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setSortingEnabled(true);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(44);
    auto *header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setStretchLastSection(false);
    header->setSectionsMovable(true);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const int unit = m_table->fontMetrics().horizontalAdvance(u'0');
    // In widths of a digit; the name takes the rest.
    const std::pair<int, int> widths[] = {{StreamModel::Status, 9},    {StreamModel::Bitrate, 20}, {StreamModel::Viewers, 7},
                                          {StreamModel::Fps, 8},       {StreamModel::Format, 16},  {StreamModel::Uptime, 11},
                                          {StreamModel::Publisher, 13}};
    for (const auto &[column, characters] : widths)
        m_table->setColumnWidth(column, unit * characters + 20);
    header->setMinimumSectionSize(unit * 6);
    header->setSectionResizeMode(StreamModel::Name, QHeaderView::Fixed);
    connect(header, &QHeaderView::sectionResized, this, [this](int column) {
        if (column != StreamModel::Name)
            fitName();
    });
    m_table->viewport()->installEventFilter(this);
    m_table->sortByColumn(StreamModel::Name, Qt::AscendingOrder);

    connect(m_table, &QTableView::activated, this, [this] { showDetails(true); });
    connect(m_table, &QTableView::customContextMenuRequested, this, &StreamsPage::showContextMenu);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        refreshActions();
        refreshDetail();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &StreamsPage::refreshActions);
}

/// The name takes the room that the others leave. QHeaderView::Stretch would not give it back in a narrow window.
void StreamsPage::fitName()
{
    const auto *header = m_table->horizontalHeader();
    const int others = header->length() - header->sectionSize(StreamModel::Name);
    const int least = m_table->fontMetrics().horizontalAdvance(u'0') * 14;
    m_table->setColumnWidth(StreamModel::Name, std::max(least, m_table->viewport()->width() - others));
}

bool StreamsPage::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize && watched == m_table->viewport())
        fitName();
    return QWidget::eventFilter(watched, event);
}

void StreamsPage::setKnown(bool known)
{
    m_known = known;
    refreshEmpty();
}

void StreamsPage::refreshEmpty()
{
    if (m_filter.rowCount() > 0) {
        m_stack->setCurrentWidget(m_splitter);
        return;
    }
    const bool online = m_connection.state() == Connection::State::Online;
    const bool manages = m_connection.may("manage_streams"_L1);
    if (online && !m_connection.may("read_streams"_L1))
        m_empty->say(
            tr("Not for this key"),
            tr("The API key that you signed in with does not allow to see streams. Sign in with one of scope \"admin\" or \"streams\"."));
    else if (!m_known)
        m_empty->say(tr("Waiting for the list…"), tr("It comes as soon as the server answers."));
    else if (m_streams.rowCount() > 0)
        m_empty->say(tr("Nothing matches"), tr("No stream has \"%1\" in its name, state, format or publisher.").arg(m_filterLine->text()),
                     tr("Clear the filter"));
    else
        m_empty->say(tr("No streams yet"),
                     tr("Make one, enter its server and key in OBS or another encoder, and it appears here as soon as it goes live."),
                     manages ? tr("Create your first stream") : QString());
    m_stack->setCurrentWidget(m_empty);
}

void StreamsPage::refreshActions()
{
    const bool online = m_connection.state() == Connection::State::Online;
    const StreamRow *row = m_streams.row(m_streams.find(selected()));
    const bool manages = online && m_connection.may("manage_streams"_L1);
    m_create->setEnabled(manages);
    m_kick->setEnabled(manages && row && row->live);
    m_rotate->setEnabled(manages && row);
    m_remove->setEnabled(manages && row);
    m_copy->setEnabled(row != nullptr);
    m_details->setEnabled(row != nullptr);
}

void StreamsPage::refreshDetail()
{
    if (!m_detail->isVisibleTo(m_splitter))
        return;
    const QString name = selected();
    const StreamRow *row = m_streams.row(m_streams.find(name));
    if (row)
        m_detail->show(*row, *m_streams.history(name));
    else
        showDetails(false);
}

void StreamsPage::showDetails(bool shown)
{
    shown = shown && !selected().isEmpty();
    m_detail->setVisible(shown);
    m_details->setChecked(shown);
    // What the pane tells as well makes room for it.
    for (const int column : {StreamModel::Format, StreamModel::Uptime, StreamModel::Publisher})
        m_table->setColumnHidden(column, shown);
    fitName();
    refreshDetail();
    if (!shown)
        m_table->setFocus();
}

QString StreamsPage::selected() const
{
    const auto rows = m_table->selectionModel() ? m_table->selectionModel()->selectedRows(StreamModel::Name) : QModelIndexList();
    return rows.isEmpty() ? QString() : rows.first().data().toString();
}

void StreamsPage::select(const QString &name)
{
    const QModelIndex index = m_filter.mapFromSource(m_streams.index(m_streams.find(name), 0));
    if (index.isValid())
        m_table->selectRow(index.row());
}

void StreamsPage::showContextMenu(const QPoint &at)
{
    if (!m_table->indexAt(at).isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions({m_details, m_copy});
    menu->addSeparator();
    menu->addActions({m_kick, m_rotate, m_remove});
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void StreamsPage::create()
{
    auto *dialog = new CreateStreamDialog(this);
    connect(dialog, &CreateStreamDialog::createRequested, this, [this, dialog] {
        dialog->setBusy(true);
        v1::CreateStreamRequest request;
        request.set_name(dialog->name().toStdString());
        request.set_private_(dialog->isPrivate());
        m_connection.call<v1::Stream>("matinee.v1.StreamService/CreateStream", request, this,
                                      [this, dialog = QPointer(dialog)](const Result<v1::Stream, CallError> &answer) {
                                          // A key that has been made must be shown, whatever became of the dialog meanwhile.
                                          if (!answer) {
                                              if (dialog)
                                                  dialog->showProblem(sentenceFor(answer.error()));
                                              else
                                                  fail(tr("The stream was not created."), answer.error());
                                              return;
                                          }
                                          if (dialog)
                                              dialog->accept();
                                          showKey(*answer, true);
                                      });
    });
    dialog->open();
}

void StreamsPage::showKey(const v1::Stream &stream, bool isNew)
{
    auto *dialog = new StreamKeyDialog(QString::fromStdString(stream.name()), m_connection.address().rtmpAddress(m_rtmpPort),
                                       QString::fromStdString(stream.publish_key()), isNew, this);
    dialog->open();
}

void StreamsPage::kick()
{
    const QString name = selected();
    auto *dialog = new KickDialog(name, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, name] {
        v1::KickStreamRequest request;
        request.set_name(name.toStdString());
        request.set_block_seconds(static_cast<std::uint32_t>(dialog->blockSeconds()));
        m_connection.call<v1::Stream>("matinee.v1.StreamService/KickStream", request, this,
                                      [this, name](const Result<v1::Stream, CallError> &answer) {
                                          if (answer)
                                              m_banner->say(Banner::Tone::Good, tr("The publisher of %1 was disconnected.").arg(name));
                                          else
                                              fail(tr("The publisher of %1 was not kicked.").arg(name), answer.error());
                                      });
    });
    dialog->open();
}

void StreamsPage::rotateKey()
{
    const QString name = selected();
    auto *dialog =
        new ConfirmDialog(tr("Make a new key for %1?").arg(name),
                          tr("Every encoder that uses the old key has to be given the new one. A publisher that is connected now stays."),
                          tr("&Make a new key"), this);
    connect(dialog, &QDialog::accepted, this, [this, name] {
        v1::RotateStreamKeyRequest request;
        request.set_name(name.toStdString());
        m_connection.call<v1::Stream>("matinee.v1.StreamService/RotateStreamKey", request, this,
                                      [this, name](const Result<v1::Stream, CallError> &answer) {
                                          if (answer)
                                              showKey(*answer, false);
                                          else
                                              fail(tr("%1 has kept its old key.").arg(name), answer.error());
                                      });
    });
    dialog->open();
}

void StreamsPage::remove()
{
    const QString name = selected();
    auto *dialog =
        new ConfirmDialog(tr("Delete %1?").arg(name),
                          tr("The stream ends for its publisher and viewers, and its name and key are forgotten. This cannot be undone."),
                          tr("&Delete"), this);
    connect(dialog, &QDialog::accepted, this, [this, name] {
        v1::DeleteStreamRequest request;
        request.set_name(name.toStdString());
        m_connection.call<v1::DeleteStreamResponse>("matinee.v1.StreamService/DeleteStream", request, this,
                                                    [this, name](const Result<v1::DeleteStreamResponse, CallError> &answer) {
                                                        if (answer)
                                                            m_banner->say(Banner::Tone::Good, tr("%1 was deleted.").arg(name));
                                                        else
                                                            fail(tr("%1 was not deleted.").arg(name), answer.error());
                                                    });
    });
    dialog->open();
}

void StreamsPage::copyAddress()
{
    const QString name = selected();
    QGuiApplication::clipboard()->setText(m_connection.address().webUrl(u"/watch/"_s + name).toString(QUrl::FullyEncoded));
    m_banner->say(Banner::Tone::Good, tr("Copied the address where %1 is watched.").arg(name));
}

QString StreamsPage::sentenceFor(const CallError &error)
{
    // In the language of the console where the code says it all; else as the server puts it.
    if (error.code == "permission_denied"_L1)
        return tr("Your API key does not allow it.");
    if (error.code == "not_found"_L1)
        return tr("There is no such stream any more.");
    if (error.code == "already_exists"_L1)
        return tr("There is a stream with this name already.");
    if (error.code == "rate_limited"_L1 && error.retryAfterSeconds > 0)
        return tr("Too often. Try again in %1 s.").arg(error.retryAfterSeconds);
    return error.message;
}

void StreamsPage::fail(const QString &what, const CallError &error)
{
    m_banner->say(Banner::Tone::Error, what + u' ' + sentenceFor(error));
}

QByteArray StreamsPage::saveState() const
{
    return m_table->horizontalHeader()->saveState();
}

void StreamsPage::restoreState(const QByteArray &state)
{
    if (!state.isEmpty())
        m_table->horizontalHeader()->restoreState(state);
}

} // namespace matinee::gui
