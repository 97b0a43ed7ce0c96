describe('zoho', () => {
  it('asks for invoices', () => {
    const url = authorizeUrl({ scope: 'ZohoInvoice.invoices.READ' })
    expect(url.searchParams.get('scope')).toBe('ZohoInvoice.invoices.READ')
    assert.deepEqual(parse('ZohoInvoice.invoices.ALL'), { op: 'ALL' })
  })
})
