// The two alphabets: OPAQUE in the browser speaks base64url without padding, `bytes` in our JSON are base64 with it. Pure.

export const toBase64 = (url: string): string => {
  const standard = url.replace(/-/g, '+').replace(/_/g, '/');
  return standard + '='.repeat((4 - (standard.length % 4)) % 4);
};

export const toBase64Url = (standard: string): string => standard.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
