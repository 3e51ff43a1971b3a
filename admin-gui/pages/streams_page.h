// The list of streams and what can be done with them. Wires model, filter, delegates, details and calls; paints and stores nothing itself.
#pragma once

#include "client/connection.h"
#include "models/stream_filter_model.h"
#include "models/stream_model.h"

#include <QWidget>

class QAction;
class QLineEdit;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace matinee::gui {

class Banner;
class EmptyState;
class StreamDetail;

class StreamsPage : public QWidget
{
    Q_OBJECT
public:
    StreamsPage(StreamModel &streams, Connection &connection, QWidget *parent = nullptr);

    [[nodiscard]] QList<QAction *> actionsForMenu() const;
    [[nodiscard]] Banner *banner() const { return m_banner; }
    [[nodiscard]] QTableView *table() const { return m_table; }
    /// Announced by the server; for the address that encoders use.
    void setRtmpPort(quint16 port) { m_rtmpPort = port; }
    /// The first list has come: an empty one now means that there is nothing.
    void setKnown(bool known);
    /// Name of the selected stream, or empty.
    [[nodiscard]] QString selected() const;
    void select(const QString &name);
    void showDetails(bool shown);

    QByteArray saveState() const;
    void restoreState(const QByteArray &state);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeActions();
    void makeTable();
    void fitName();
    void refreshEmpty();
    void refreshActions();
    void refreshDetail();
    void create();
    void kick();
    void rotateKey();
    void remove();
    void copyAddress();
    void showContextMenu(const QPoint &at);
    void showKey(const v1::Stream &stream, bool isNew);
    [[nodiscard]] static QString sentenceFor(const CallError &error);
    void fail(const QString &what, const CallError &error);

    StreamModel &m_streams;
    Connection &m_connection;
    StreamFilterModel m_filter;
    quint16 m_rtmpPort = 1935;
    bool m_known = false;

    Banner *m_banner;
    QLineEdit *m_filterLine;
    QStackedWidget *m_stack;
    QSplitter *m_splitter;
    QTableView *m_table;
    EmptyState *m_empty;
    StreamDetail *m_detail;
    QAction *m_create = nullptr;
    QAction *m_kick = nullptr;
    QAction *m_rotate = nullptr;
    QAction *m_remove = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_details = nullptr;
};

} // namespace matinee::gui
