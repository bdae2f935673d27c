//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

use crate::accounts::throttle::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses of reverse proxies whose word about a request's origin is taken.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

/// The address a request comes from; absent where there is no connection, as in a test.
pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    let trusted = parts.extensions.get::<TrustedProxies>().cloned().unwrap_or_default();
    if !trusted.0.contains(&peer) {
        return Some(peer);
    }
    // Each proxy appends whom it heard: the last one that is not ours is the origin, what stands before is hearsay.
    let heard = parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let heard: Vec<IpAddr> =
        heard.flat_map(|line| line.split(',')).filter_map(|text| text.trim().parse().ok()).collect();
    heard
        .into_iter()
        .rev()
        .map(|address| address.to_canonical())
        .find(|address| !trusted.0.contains(address))
        .or(Some(peer))
}

impl<S: Sync> FromRequestParts<S> for Network {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(address(parts).unwrap_or(IpAddr::from([0; 4])).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: [u8; 4], trusted: &[[u8; 4]], forwarded: &[&str]) -> Option<IpAddr> {
        let mut request = http::Request::builder();
        for line in forwarded {
            request = request.header(FORWARDED_FOR, *line);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::from((peer, 4000))));
        parts.extensions.insert(TrustedProxies(trusted.iter().map(|octets| IpAddr::from(*octets)).collect()));
        address(&parts)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let (proxy, other, origin) = ([10, 0, 0, 1], [10, 0, 0, 2], [192, 0, 2, 7]);
        assert_eq!(seen(other, &[proxy], &["192.0.2.7"]), Some(other.into()));
        assert_eq!(seen(proxy, &[proxy], &["192.0.2.7"]), Some(origin.into()));
        assert_eq!(seen(proxy, &[proxy], &["1.1.1.1, 192.0.2.7"]), Some(origin.into()));
        assert_eq!(seen(proxy, &[proxy, other], &["1.1.1.1", "192.0.2.7, 10.0.0.2"]), Some(origin.into()));
        assert_eq!(seen(proxy, &[proxy], &["nonsense"]), Some(proxy.into()));
    }
}
