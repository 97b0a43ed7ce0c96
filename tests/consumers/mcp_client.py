"""A session of the official client with `zscope mcp`: it validates what comes back against the tools' own schemas."""

import asyncio
import pathlib
import sys
import tempfile

import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import McpError

zscope = sys.argv[1]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "project"
        root.mkdir()
        (root / "zscope.yaml").write_text("version: 1\nallow: [ZohoBooks.invoices.READ]\n")
        (root / "auth.py").write_text("SCOPES = ['ZohoBooks.fullaccess.all']\n")
        (pathlib.Path(folder) / "outside.py").write_text("SCOPES = ['ZohoCRM.modules.ALL']\n")
        await session(root)
        await session(root, named=True)
    print("mcp: the official client lists and calls every tool, names its roots, and is told what is wrong")


async def session(root: pathlib.Path, named: bool = False) -> None:
    async def roots(_context) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri=root.as_uri())])

    arguments = ["mcp", "--root", str(root)] if named else ["mcp"]
    server = StdioServerParameters(command=zscope, args=arguments, cwd="/")
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write, list_roots_callback=None if named else roots) as client:
            begun = await client.initialize()
            assert begun.serverInfo.name == "zscope", begun
            await client.send_ping()
            tools = (await client.list_tools()).tools
            names = [tool.name for tool in tools]
            assert names == ["check", "least", "who", "explain", "scan", "why"], names
            assert all(tool.outputSchema and tool.description for tool in tools)
            for tool, given, exit_code in [
                ("check", {"scopes": "ZohoBooks.invoices.READ"}, 0),
                ("check", {"scopes": "ZohoBooks.fullaccess.all"}, 1),
                ("check", {"scopes": "https://example.com/"}, 3),
                ("least", {"calls": ["GET /books/v3/invoices"]}, 0),
                ("who", {"call": "GET /books/v3/invoices"}, 0),
                ("explain", {"subject": "ZohoBooks.invoices.READ"}, 0),
                ("scan", {}, 1),
                ("scan", {"path": "auth.py"}, 1),
                ("why", {"scope": "ZohoBooks.contacts.READ"}, 1),
            ]:
                result = await client.call_tool(tool, given)
                assert not result.isError, (tool, given, result)
                assert result.structuredContent["exit_code"] == exit_code, (tool, given, result)
                assert result.content[0].text, (tool, given)
            for tool, given in [
                ("scan", {"path": "../outside.py"}),
                ("check", {"scope": "ZohoBooks.invoices.READ"}),
                ("why", {"scope": "ZohoBooks.invoices.READ", "app": "nobody"}),
            ]:
                result = await client.call_tool(tool, given)
                assert result.isError and result.content[0].text, (tool, given, result)
            try:
                await client.call_tool("delete", {})
            except McpError:
                pass
            else:
                raise AssertionError("a tool that is none was called")


asyncio.run(main())
