// Answers a client's page whether the session that it knows is still the one of this browser: OIDC Session Management §3.2.
// Written so that the oldest engines can run it: clients decide which browsers they support.
(function () {
  'use strict';

  var K = [], H = [];
  (function () {
    var found = 0, candidate = 2, prime, i;
    while (found < 64) {
      prime = true;
      for (i = 2; i * i <= candidate; i += 1) {
        if (candidate % i === 0) { prime = false; break; }
      }
      if (prime) {
        if (found < 8) { H[found] = fraction(Math.pow(candidate, 1 / 2)); }
        K[found] = fraction(Math.pow(candidate, 1 / 3));
        found += 1;
      }
      candidate += 1;
    }
  })();

  function fraction(root) {
    return ((root - Math.floor(root)) * 4294967296) | 0;
  }

  function rotate(word, bits) {
    return (word >>> bits) | (word << (32 - bits));
  }

  function block(state, words) {
    var w = words.slice(0), s = state.slice(0), i, a, b, t1, t2;
    for (i = 0; i < 64; i += 1) {
      if (i >= 16) {
        a = w[i - 15];
        b = w[i - 2];
        w[i] = (w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))) | 0;
      }
      t1 = (s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i]) | 0;
      t2 = ((rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
      s = [(t1 + t2) | 0, s[0], s[1], s[2], (s[3] + t1) | 0, s[4], s[5], s[6]];
    }
    for (i = 0; i < 8; i += 1) { s[i] = (s[i] + state[i]) | 0; }
    return s;
  }

  // FIPS 180-4, SHA-256, in base64url.
  function hash(text) {
    var bytes = unescape(encodeURIComponent(text)), length = bytes.length, words = [], state = H.slice(0), i, at, code;
    var letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', out = '', pending = 0, bits = 0;
    var total = ((length + 8) >> 6) * 16 + 16;
    for (i = 0; i < total; i += 1) { words[i] = 0; }
    for (i = 0; i <= length; i += 1) {
      code = i < length ? bytes.charCodeAt(i) : 128;
      words[i >> 2] |= code << (24 - (i % 4) * 8);
    }
    words[total - 1] = length * 8;
    for (at = 0; at < total; at += 16) { state = block(state, words.slice(at, at + 16)); }
    for (i = 0; i < 32; i += 1) {
      pending = (pending << 8) | ((state[i >> 2] >>> (24 - (i % 4) * 8)) & 255);
      bits += 8;
      while (bits >= 6) {
        bits -= 6;
        out += letters.charAt((pending >>> bits) & 63);
      }
      pending &= (1 << bits) - 1;
    }
    return bits > 0 ? out + letters.charAt((pending << (6 - bits)) & 63) : out;
  }

  function browserState(name) {
    var cookies = document.cookie.split(';'), i, pair;
    for (i = 0; i < cookies.length; i += 1) {
      pair = cookies[i].replace(/^\s+|\s+$/g, '');
      if (pair.indexOf(name + '=') === 0) { return pair.substring(name.length + 1); }
    }
    return '';
  }

  function answer(message, origin) {
    var parts = typeof message === 'string' ? message.split(' ') : [], dot, salt;
    if (parts.length !== 2 || !parts[0]) { return 'error'; }
    dot = parts[1].lastIndexOf('.');
    if (dot < 1 || dot === parts[1].length - 1) { return 'error'; }
    salt = parts[1].substring(dot + 1);
    var name = document.getElementById('check-session').getAttribute('data-cookie');
    return hash(parts[0] + ' ' + origin + ' ' + browserState(name) + ' ' + salt) + '.' + salt === parts[1] ? 'unchanged' : 'changed';
  }

  window.addEventListener('message', function (event) {
    // Only who embeds us is answered, and only to where the question came from.
    if (event.source && event.origin && event.origin !== 'null') {
      event.source.postMessage(answer(event.data, event.origin), event.origin);
    }
  }, false);
})();
