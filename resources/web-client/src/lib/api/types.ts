// The messages that this client reads and writes, as the server's JSON has them.

export interface Server {
  name: string;
  version: string;
  needs_setup: boolean;
  rtmp_port: number;
}

export interface TrackInfo {
  kind: string;
  codec: string;
  width: number;
  height: number;
  sample_rate: number;
  channels: number;
}

export interface LiveInfo {
  started_at?: string;
  publisher: string;
  encoder: string;
  bitrate_kbps: number;
  viewers: number;
  tracks: TrackInfo[];
  frames: number;
  bytes: number;
  fps: number;
  key_frame_interval_seconds: number;
  jumps: number;
}

export interface Stream {
  name: string;
  publish_key?: string;
  private: boolean;
  status: string;
  created_at?: string;
  live?: LiveInfo;
}

export interface ListStreamsResponse {
  streams: Stream[];
  next_page_token: string;
}

export interface Playback {
  name: string;
  live: boolean;
  started_at?: string;
  viewers: number;
  flv_path: string;
  hls_path: string;
  tracks: TrackInfo[];
}

export interface ClaimSetupResponse {
  api_key?: { key?: string };
  first_stream?: { name: string; publish_key: string };
}
