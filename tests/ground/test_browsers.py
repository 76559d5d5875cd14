"""Chromium against the portal in threads of the test's process."""

import pytest


def test_a_person_reads_chinese(page):
    page.goto("/admin/login/")
    assert "登录" in page.content()
    assert page.evaluate("navigator.language") == "zh-CN"


def test_two_persons_have_cookies_of_their_own(new_page, live_portal):
    one, other = new_page(), new_page()
    one.context.add_cookies([{"name": "mine", "value": "1", "url": live_portal.url}])
    assert other.context.cookies() == []


def test_a_page_that_breaks_the_content_policy_fails_its_test(page, complaints):
    page.goto("/admin/login/")
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s) }")
    page.wait_for_function("() => true")
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()


@pytest.mark.parametrize("path", ["/static/admin/css/base.css", "/admin/login/"])
def test_the_portal_serves_pages_and_static_files(live_portal, chromium, path):
    context = chromium.new_context(base_url=live_portal.url)
    assert context.request.get(path).ok
    context.close()
