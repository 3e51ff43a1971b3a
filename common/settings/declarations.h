// Every setting of Matinee, once, in the order in which people read them. To add one, add it here: the YAML file, the environment, the
// command line, `matinee config reference` and `config example` follow. The name in C++ is the key in camelCase.
#pragma once

#include "common/settings/mail_rules.h"
#include "common/settings/oauth2_providers.h"
#include "common/settings/setting.h"

namespace matinee::settings {

using namespace declare;

// clang-format off: one declaration reads as one paragraph.

inline const auto serverGroup = group("server", "The front door: one port for the web client, the API and playback, and the limits on it.");
inline const auto serverName = text("server.name", "Matinee", rules::any, AtOnce,
    "What visitors see as the name of this server.");
inline const auto serverPort = integer("server.port", 8080, {1, 65535}, AtStart,
    "TCP port for the web client, the API, HLS, HTTP-FLV, WebSockets and gRPC.");
inline const auto serverAddress = text("server.address", "", rules::address, AtStart,
    "Address to listen on. Empty means every address of this machine.");
inline const auto serverPublicUrl = text("server.public_url", "", rules::httpUrl, AtOnce,
    "Address under which people reach this server, for links. Empty means the address that the request came to.");
inline const auto serverWorkers = integer("server.workers", 0, {0, 256}, AtStart,
    "Threads that serve connections. 0 means one for each CPU core.");
inline const auto serverTrustedProxies = list("server.trusted_proxies", {}, rules::network, AtOnce,
    "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. From anybody else these headers are ignored.");
inline const auto serverCorsAllowedOrigins = list("server.cors_allowed_origins", {}, rules::origin, AtOnce,
    "Web pages of other origins that may call the API from a browser. Empty means none.");
inline const auto serverTlsCertificate = text("server.tls_certificate", "", rules::path, AtOnce,
    "PEM file with the certificate and its chain. Given together with server.tls_key, server.port speaks TLS. Read again at SIGHUP.");
inline const auto serverTlsKey = text("server.tls_key", "", rules::path, AtOnce,
    "PEM file with the private key of server.tls_certificate. Read again at SIGHUP.");
inline const auto serverHsts = toggle("server.hsts", false, AtOnce,
    "Tell browsers to use only https for this host (for a year). Turn it on when https works and will stay.");
inline const auto serverShutdownDrainTimeoutSeconds = seconds("server.shutdown_drain_timeout_seconds", 10, {0, 600}, AtOnce,
    "How long a stopping server lets running requests finish before it closes them.");
inline const auto serverMaxConnections = integer("server.max_connections", 20000, {16, 1000000}, AtOnce,
    "Connections in all. Further ones are refused.");
inline const auto serverMaxConnectionsPerAddress = integer("server.max_connections_per_address", 256, {1, 1000000}, AtOnce,
    "Connections from one address. Raise it where many people sit behind one address.");
inline const auto serverHeaderTimeoutSeconds = seconds("server.header_timeout_seconds", 10, {1, 300}, AtOnce,
    "A connection that has not sent a whole request header (or RTMP handshake) by then is closed.");
inline const auto serverIdleTimeoutSeconds = seconds("server.idle_timeout_seconds", 60, {1, 3600}, AtOnce,
    "A connection on which nothing happens for so long is closed.");
inline const auto serverMaxBodyBytes = bytes("server.max_body_bytes", std::int64_t{1} << 20, {1024, std::int64_t{1} << 30}, AtStart,
    "Largest body of a request, unless the call itself allows more.");
inline const auto serverWebDir = text("server.web_dir", "", rules::path, AtStart,
    "Serve the web client from this folder. Empty means the one inside the program. For development.");

inline const auto databaseGroup = group("database", "Where streams, keys and settings are kept.");
inline const auto databaseUrl = text("database.url", "", rules::databaseUrl, AtStart,
    "Where everything is kept. Empty means SQLite in the data folder (matinee.db).");
inline const auto databaseReadThreads = integer("database.read_threads", 2, {1, 64}, AtStart,
    "Threads (and connections) that read from the database; one more writes.");

inline const auto loggingGroup = group("logging", "What the server writes to its log (standard error, and from there the journal).");
inline const auto loggingLevel = choice("logging.level", {"info", "debug", "warn", "error"}, AtOnce,
    "How much is logged.");
inline const auto loggingFormat = choice("logging.format", {"human", "json"}, AtStart,
    "One line for people, or one JSON object a line for machines.");

inline const auto livestreamGroup = group("livestream", "Publishing and watching live streams.");
inline const auto livestreamRtmpPort = integer("livestream.rtmp_port", 1935, {1, 65535}, AtStart,
    "TCP port to which OBS and other encoders publish by RTMP, and from which RTMP players play.");
inline const auto livestreamRtmpsPort = integer("livestream.rtmps_port", 0, {0, 65535}, AtStart,
    "TCP port for RTMP over TLS (rtmps://), with the certificate of server.tls_certificate; 443 suits most encoders. 0 means none.");
inline const auto livestreamRtmpAddress = text("livestream.rtmp_address", "", rules::address, AtStart,
    "Address to listen on for RTMP and RTMPS. Empty means every address of this machine.");
inline const auto livestreamPublicHost = text("livestream.public_host", "", rules::host, AtOnce,
    "Host name shown in the address for OBS. Empty means the host of server.public_url, or of this machine.");
inline const auto livestreamMaxStreams = integer("livestream.max_streams", 1000, {1, 100000}, AtStart,
    "Streams that may be live at the same time.");
inline const auto livestreamPublishGraceSeconds = seconds("livestream.publish_grace_seconds", 15, {0, 600}, AtOnce,
    "How long viewers wait for a publisher that was lost. When it returns in time, their stream goes on. 0 ends the stream at once.");
inline const auto livestreamOnConflict = choice("livestream.on_conflict", {"refuse", "replace", "backup"}, AtOnce,
    "What a second publisher of a stream meets: it is refused, or the first is closed, or it stands by and takes over when the first is lost.");
inline const auto livestreamMaxBitrateKbps = integer("livestream.max_bitrate_kbps", 0, {0, 10000000}, AtOnce,
    "A publisher that sends more over 4 seconds is closed and told why. 0 means no limit.");
inline const auto livestreamMaxWidth = integer("livestream.max_width", 0, {0, 16384}, AtOnce,
    "A publisher with a wider picture is closed and told why. 0 means no limit.");
inline const auto livestreamMaxHeight = integer("livestream.max_height", 0, {0, 16384}, AtOnce,
    "A publisher with a higher picture is closed and told why. 0 means no limit.");
inline const auto livestreamMaxDurationSeconds = seconds("livestream.max_duration_seconds", 0, {0, 31536000}, AtOnce,
    "A publisher that has sent for so long is closed and told why. 0 means no limit.");
inline const auto livestreamPlaybackSecret = secret("livestream.playback_secret", rules::hexKey, Secrecy::Generated, AtStart,
    "Signs playback tokens of private streams; its characters are the key of HS256. Changing it makes all of them invalid.");
inline const auto livestreamMetricsMaxStreams = integer("livestream.metrics_max_streams", 100, {0, 10000}, AtStart,
    "Live streams that have figures of their own on /metrics; all others together are counted as stream \"other\".");
inline const auto livestreamMaxViewers = integer("livestream.max_viewers", 20000, {1, 1000000}, AtStart,
    "Viewers of all streams together.");
inline const auto livestreamMaxViewerLagSeconds = seconds("livestream.max_viewer_lag_seconds", 4, {1, 60}, AtStart,
    "A viewer that falls further behind is moved to the newest key frame.");
inline const auto livestreamRingMegabytes = integer("livestream.ring_megabytes", 48, {4, 1024}, AtStart,
    "Memory that the newest pictures of one stream may take on one worker.");
inline const auto livestreamMergeMs = integer("livestream.merge_ms", 350, {0, 5000}, AtStart,
    "Longest time by which a worker that is full may hold frames back to send more of them at once. 0: never.");
inline const auto livestreamHlsSegmentSeconds = seconds("livestream.hls_segment_seconds", 2, {1, 30}, AtStart,
    "Length of an HLS segment. Segments begin at key frames, so set the same key frame interval in the encoder.");
inline const auto livestreamHlsPlaylistSegments = integer("livestream.hls_playlist_segments", 6, {3, 60}, AtStart,
    "Segments in an HLS playlist.");
inline const auto livestreamHlsPartMilliseconds = integer("livestream.hls_part_milliseconds", 250, {0, 2000}, AtStart,
    "Length of a part in low-latency HLS. Players stay about three parts behind. 0 turns low latency off.");
inline const auto livestreamHlsStorageBackend = choice("livestream.hls_storage_backend", {"memory", "file"}, AtStart,
    "Where HLS segments are kept: in memory, or in files in the data folder, which suits a long livestream.dvr_window_seconds.");
inline const auto livestreamHlsMemoryMegabytes = integer("livestream.hls_memory_megabytes", 1024, {16, 1048576}, AtStart,
    "Memory that the HLS segments of all streams may take. When it is full, streams can be rewound less far.");
inline const auto livestreamDvrWindowSeconds = seconds("livestream.dvr_window_seconds", 0, {0, 86400}, AtStart,
    "How far viewers can go back in a live stream by HLS. 0 keeps only what live playback needs; more keeps every stream while it is live.");
inline const auto livestreamLadder = text("livestream.ladder", "", rules::ladder, AtStart,
    "Smaller pictures that the server makes of a stream when somebody asks for one: heights with kilobits a second of the picture, such as 720p@2500, 480p@1200, 360p@600. Empty: none.");
inline const auto livestreamLadderMaxProcesses = integer("livestream.ladder_max_processes", 4, {1, 1000}, AtStart,
    "Smaller pictures that may be made at the same time, of all streams together, each by a process of its own.");

inline const auto livestreamPosters = toggle("livestream.posters", true, AtStart,
    "Pictures of streams: a poster of what is on, thumbnails of what can be gone back to and of recordings. Made by a process of low priority.");

inline const auto recordingGroup = group("recording", "Recording of live streams to files, and how long they are kept.");
inline const auto recordingEnabled = toggle("recording.enabled", false, AtOnce,
    "Record every stream, unless its own recording was stopped by a call.");
inline const auto recordingDirectory = text("recording.directory", "", rules::path, AtStart,
    "Folder of the recordings. Empty means recordings in the data folder.");
inline const auto recordingPattern = text("recording.pattern", "{stream}/{date}/{time}.mp4", rules::recordingPattern, AtOnce,
    "Name of a recording's file below recording.directory. {date} and {time} are those of its beginning, in UTC; {id} is its id.");
inline const auto recordingSegmentSeconds = seconds("recording.segment_seconds", 3600, {10, 86400}, AtOnce,
    "A recording goes on in a new file after so long, at the next key frame.");
inline const auto recordingMinFreeMegabytes = integer("recording.min_free_megabytes", 1024, {0, 1000000000}, AtOnce,
    "Recording stops while the disk has less room than this, and goes on by itself when there is more.");
inline const auto recordingKeepDays = integer("recording.keep_days", 0, {0, 36500}, AtOnce,
    "Recordings and clips older than this are deleted. 0 means never.");
inline const auto recordingKeepGigabytes = integer("recording.keep_gigabytes", 0, {0, 1000000}, AtOnce,
    "When all recordings and clips together take more, the oldest are deleted. 0 means no limit.");
inline const auto recordingMaxClipSeconds = seconds("recording.max_clip_seconds", 3600, {1, 86400}, AtOnce,
    "Longest clip that may be made of recordings.");

inline const auto relayGroup = group("relay", "Streams fetched from other servers and sent on to others.");
inline const auto relayAllowAddresses = list("relay.allow_addresses", {}, rules::network, AtOnce,
    "Inner networks that streams may be fetched from and sent to. The public internet always may; everything else only if it stands here.");
inline const auto relayIdleSeconds = seconds("relay.idle_seconds", 30, {1, 3600}, AtOnce,
    "How long a stream that is fetched on demand goes on after its last viewer has left.");
inline const auto relayMaxProcesses = integer("relay.max_processes", 64, {1, 10000}, AtStart,
    "Streams that may be fetched and sent on at the same time, each in a process of its own.");

inline const auto apiGroup = group("api", "Calls by programs: REST, gRPC, WebSocket.");
inline const auto apiRateLimitPerMinute = integer("api.rate_limit_per_minute", 6000, {1, 1000000}, AtOnce,
    "Calls a minute from one API key, or from one address without a key. Some calls have a lower limit of their own.");

inline const auto emailGroup = group("email", "Mail that the server sends: confirmations, new passwords, codes. Without email.smtp_host it sends none.");
inline const auto emailSmtpHost = text("email.smtp_host", "", rules::host, AtOnce,
    "Mail server that takes our mail. Empty means that this server sends no mail. `matinee settings test-email` tries it.");
inline const auto emailSmtpPort = integer("email.smtp_port", 587, {1, 65535}, AtOnce,
    "TCP port of the mail server: 587 with starttls, 465 with tls.");
inline const auto emailSmtpUsername = text("email.smtp_username", "", rules::any, AtOnce,
    "User name for the mail server. Empty means that it wants none.");
inline const auto emailSmtpPassword = secret("email.smtp_password", rules::any, Secrecy::Secret, AtOnce,
    "Password for the mail server.");
inline const auto emailSmtpSecurity = choice("email.smtp_security", {"starttls", "tls", "none"}, AtOnce,
    "starttls: in clear first, then always TLS; a server without it gets nothing. tls: TLS from the start. none: in clear, for a mail server on this machine.");
inline const auto emailFromAddress = text("email.from_address", "", rules::mailAddress, AtOnce,
    "Address that mails come from. The mail server must accept it as a sender.");
inline const auto emailFromName = text("email.from_name", "", rules::any, AtOnce,
    "Name that mails come from. Empty means server.name.");
inline const auto emailAllowList = list("email.allow_list", {}, rules::mailAllowed, AtOnce,
    "Whom the server writes to: domains (example.org), everything below one (*.example.org), single addresses. Empty means everybody.");
inline const auto emailCaFile = text("email.ca_file", "", rules::path, AtOnce,
    "PEM file with the authorities that may sign the mail server's certificate. Empty means those of the system.");

inline const auto adminGroup = group("admin", "The desktop console, matinee-admin.");
inline const auto adminAllowFrom = list("admin.allow_from", {"private"}, rules::network, AtOnce,
    "Who may reach the console's channel, /admin/ws. \"private\" stands for private networks and this machine.");

inline const auto metricsGroup = group("metrics", "Figures for Prometheus at /metrics.");
inline const auto metricsAuthMode = choice("metrics.auth.mode", {"none", "basic", "bearer_token"}, AtOnce,
    "How /metrics is protected.");
inline const auto metricsAuthUsername = text("metrics.auth.username", "", rules::any, AtOnce,
    "User name for metrics.auth.mode basic.");
inline const auto metricsAuthPassword = secret("metrics.auth.password", rules::strong, Secrecy::Secret, AtOnce,
    "Password for metrics.auth.mode basic.");
inline const auto metricsAuthBearerToken = secret("metrics.auth.bearer_token", rules::strong, Secrecy::Secret, AtOnce,
    "Token for metrics.auth.mode bearer_token.");

inline const auto accountsGroup = group("accounts", "People who sign up and in.");
inline const auto accountsSignUp = choice("accounts.sign_up", {"closed", "invitation", "review", "open"}, AtOnce,
    "Who may make an account: nobody, people with an invitation, everybody once they were let in, or everybody at once.");
inline const auto accountsRequireSecondFactor = list("accounts.require_second_factor", {}, rules::role, AtStart,
    "Roles whose accounts must have a passkey or an authenticator app: root, admin, user. Until one has it, it may only what is about itself.");
inline const auto accountsSignUpNeedsAddress = toggle("accounts.sign_up_needs_address", false, AtOnce,
    "A new account waits until its mail address was confirmed. Needs email.*.");
inline const auto accountsAllowedMailDomains = list("accounts.allowed_mail_domains", {}, rules::mailAllowed, AtOnce,
    "Domains of the mail addresses that accounts may have, such as example.org or *.example.org. Empty means all.");
inline const auto accountsAllowMailCodes = toggle("accounts.allow_mail_codes", false, AtOnce,
    "Codes by mail may be a second factor of who has no passkey and no authenticator app. Weaker than those: whoever reads the mail has both.");
inline const auto accountsAllowDirectPassword = toggle("accounts.allow_direct_password", false, AtOnce,
    "Scripts may sign in with name and password in one call. The server sees the password then, which it otherwise never does.");
inline const auto accountsAllowGuests = toggle("accounts.allow_guests", true, AtOnce,
    "People without an account may enter as guests, for a day.");

inline const auto webauthnGroup = group("webauthn", "Passkeys. They need a domain, and https (or localhost).");
inline const auto webauthnRpId = text("webauthn.rp_id", "", rules::any, AtStart,
    "Domain that passkeys are made for, such as example.org; changing it makes all of them useless. Empty means the host of server.public_url.");
inline const auto webauthnRpOrigin = list("webauthn.rp_origin", {}, rules::any, AtStart,
    "Addresses of the web pages on which passkeys are used, on that domain or below it, such as https://watch.example.org. Empty means that of server.public_url.");

inline const auto auditGroup = group("audit", "The log of who did what: sign-ins, changes, API keys.");
inline const auto auditKeepDays = integer("audit.keep_days", 90, {0, 36500}, AtOnce,
    "Entries of the audit log older than this are removed, oldest first. 0 means never.");

inline const auto oauth2Group = group("oauth2", "Signing in by accounts at other services (docs/operate/oauth2.md). Each has a client id and a secret, which the service gives out.");
inline const auto oauth2AllowAddresses = list("oauth2.allow_addresses", {}, rules::network, AtOnce,
    "Inner networks in which providers may be, also without https. The public internet always may, with https; everything else only if it stands here.");
inline const auto oauth2CaFile = text("oauth2.ca_file", "", rules::path, AtOnce,
    "PEM file with the authorities that may sign the certificates of providers. Empty means those of the system.");
inline const auto oauth2Providers = oauth2ProviderSettings();

inline const auto bootstrapGroup = group("bootstrap", "What a new server begins with, where nobody opens the set-up link.");
inline const auto bootstrapRootPassword = secret("bootstrap.root_password", rules::password, Secrecy::Secret, AtStart,
    "Where nobody is root yet, the start makes the account \"root\" with this password. It counts no more once there is a root.");

inline const auto jwtGroup = group("jwt", "Tokens of people who are signed in.");
inline const auto jwtSecret = secret("jwt.secret", rules::hexKey, Secrecy::Generated, AtStart,
    "Signs the tokens of people who are signed in. Changing it signs everybody out.");

inline const auto securityGroup = group("security", "Keys of this server. Those not given are made at the first start and kept in the data folder.");
inline const auto securityCredentialEncryptionKey = secret("security.credential_encryption_key", rules::hexKey, Secrecy::Generated, AtStart,
    "Encrypts credentials of other services in the database. Without it they cannot be read again: keep a copy.");
inline const auto securityOpaqueServerSetupSecret = secret("security.opaque_server_setup_secret", rules::hexKey, Secrecy::Generated, AtStart,
    "Seed of the OPAQUE sign-in. Without it nobody can sign in with a password again: keep a copy.");

// clang-format on

} // namespace matinee::settings
