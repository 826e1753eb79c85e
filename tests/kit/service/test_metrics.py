"""What can be told is told, whatever else cannot."""

from cme_service.metrics import Metrics, Reading


async def test_a_source_that_fails_is_left_out_and_the_rest_is_told() -> None:
    metrics, ill = Metrics("example"), False
    for name in ("cme_a", "cme_b"):
        metrics.gauge(name, "A meaning")
    metrics.gauge("cme_lag", "By stream", label="stream")

    async def first() -> Reading:
        if ill:
            raise ConnectionError
        return {"cme_a": 1, "cme_lag": {"cme.register": 5}}

    async def second() -> Reading:
        return {"cme_b": 2}

    async def own() -> float:
        return 3

    metrics.read(first)
    metrics.read(second)
    metrics.gauge("cme_c", "By itself", own)
    metrics.observe("GET", "/v1/cases/{case_id}", 200, 0.1)
    text = (await metrics.render())[0].decode()
    for line in (
        'cme_a{service="example"} 1.0',
        'cme_b{service="example"} 2.0',
        'cme_c{service="example"} 3.0',
        'cme_lag{service="example",stream="cme.register"} 5.0',
        'cme_http_requests_total{method="GET",route="/v1/cases/{case_id}",service="example",status="200"} 1.0',
    ):
        assert line in text.splitlines()

    ill = True
    text = (await metrics.render())[0].decode()
    assert 'cme_a{service="example"}' not in text  # an old number would look like a good one
    assert 'cme_lag{service="example"' not in text
    assert 'cme_b{service="example"} 2.0' in text
