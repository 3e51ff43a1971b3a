// The calls of the audit log, by name, and where all of it can be downloaded.
import { call } from './client';
import type { ListAuditResponse, VerifyAuditResponse } from '../../api/types';
import { filterQuery, type AuditFilter } from '../audit/filter';

const kPage = '50';
/** 20,000 entries a piece. */
const kVerifyMs = 60_000;

export const listAudit = (filter: AuditFilter, pageToken: string): Promise<ListAuditResponse> =>
  call(`/api/v1/audit?${new URLSearchParams({ ...filterQuery(filter), page_size: kPage, ...(pageToken === '' ? {} : { page_token: pageToken }) })}`);

export const verifyAudit = (anchor: string, continueToken: string): Promise<VerifyAuditResponse> =>
  call('/api/v1/audit/verify', { method: 'POST', timeoutMs: kVerifyMs, body: { anchor, continue_token: continueToken } });

export function exportAddress(filter: AuditFilter): string {
  const query = new URLSearchParams(filterQuery(filter)).toString();
  return `/audit/export.jsonl${query === '' ? '' : `?${query}`}`;
}
