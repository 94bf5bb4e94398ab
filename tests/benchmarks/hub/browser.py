"""What a browser does with a launch, without the pages: cookies, forms and redirects."""

from collections.abc import Sequence
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

MAX_REDIRECTS = 15
SECONDS = 120.0


class Browser:
    """One person's. Keeps cookies by name and path; all servers are on this machine, so every host gets them all."""

    def __init__(self, client: AsyncHTTPClient) -> None:
        self._client = client
        self._cookies: dict[tuple[str, str], str] = {}

    async def get(self, url: str) -> HTTPResponse:
        """One request; redirects are not followed."""
        return await self._send(HTTPRequest(url))

    async def post(self, url: str, form: Sequence[tuple[str, str]] | bytes) -> HTTPResponse:
        """One form; redirects are not followed."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._send(HTTPRequest(url, method="POST", body=body, headers=headers))

    async def follow(self, answer: HTTPResponse) -> HTTPResponse:
        """The page where a chain of redirects ends. RuntimeError when it does not."""
        for _ in range(MAX_REDIRECTS):
            if answer.code not in (301, 302, 303, 307, 308):
                return answer
            answer = await self.get(urljoin(answer.request.url, answer.headers["Location"]))
        raise RuntimeError(f"too many redirects, at last to {answer.request.url}")

    async def _send(self, request: HTTPRequest) -> HTTPResponse:
        path = urlsplit(request.url).path
        sent = [f"{name}={value}" for (name, where), value in self._cookies.items() if path.startswith(where)]
        if sent:
            request.headers["Cookie"] = "; ".join(sent)
        request.headers["Sec-Fetch-Mode"] = "navigate"
        request.headers["Accept"] = "text/html"
        request.follow_redirects = False
        request.connect_timeout = request.request_timeout = SECONDS
        answer = await self._client.fetch(request, raise_error=False)
        for header in answer.headers.get_list("Set-Cookie"):
            self._keep(header)
        return answer

    def _keep(self, header: str) -> None:
        # `Partitioned` is unknown to http.cookies of Python 3.11.
        cookies = SimpleCookie(header.replace("; Partitioned", ""))
        for name, cookie in cookies.items():
            key = (name, cookie["path"] or "/")
            if cookie["max-age"] == "0" or not cookie.value:
                self._cookies.pop(key, None)
            else:
                self._cookies[key] = cookie.value
